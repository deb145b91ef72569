"""Writes the demo's data sets and the reference scores that its final table shows.

    python -m venv venv && venv/bin/pip install -r requirements.txt && venv/bin/python export.py

The CSV files beside this script are what it wrote. Everything random is drawn here, from seed 0, and stored in
the files, so that scikit-learn and the demo see the same split, the same outliers, the same rare class and the
same noise. README.md gives the sources, the terms and the columns.
"""

import csv
from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.linear_model import HuberRegressor, LinearRegression, LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, average_precision_score, f1_score, mean_absolute_error, r2_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

HERE = Path(__file__).parent
SEED = 0
TEST_SHARE = 0.3
SEEDS = 3  # networks trained for a reference score, which is their mean; the demo does the same

OUTLIER_SHARE = 0.1  # of the training targets
OUTLIER_FACTOR = 10  # a slipped decimal point

RARE_DIGIT = 8
RARE_KEPT = 24  # training images of the rare digit that stay

CANVAS = 24  # side of a segmentation image
PATCH = 7  # side of the window that the pixel classifier sees
SEGMENTATION_TRAIN, SEGMENTATION_TEST = 160, 80


def split_of(count, stratify=None):
    """True where a row is for training."""
    train, _ = train_test_split(np.arange(count), test_size=TEST_SHARE, random_state=SEED, stratify=stratify)
    is_train = np.zeros(count, bool)
    is_train[train] = True
    return is_train


def split_name(is_train):
    return "train" if is_train else "test"


def write(name, header, rows):
    with open(HERE / name, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def number(value):
    """Shortest text that gives the same double; whole numbers without a point."""
    return repr(int(value)) if float(value).is_integer() else repr(float(value))


def regression():
    data = load_diabetes(scaled=False)
    is_train = split_of(len(data.target))
    train = np.flatnonzero(is_train)
    wrong = np.random.default_rng(SEED).choice(train, size=round(OUTLIER_SHARE * len(train)), replace=False)
    recorded = data.target.copy()
    recorded[wrong] *= OUTLIER_FACTOR
    write(
        "diabetes.csv",
        ["split", "outlier", "target", "clean_target", *data.feature_names],
        (
            [split_name(is_train[i]), int(i in set(wrong)), number(recorded[i]), number(data.target[i])]
            + [number(x) for x in data.data[i]]
            for i in range(len(recorded))
        ),
    )
    features = StandardScaler().fit(data.data[is_train]).transform(data.data)
    models = {"mse": LinearRegression(), "huber": HuberRegressor(alpha=0, max_iter=1000)}
    for loss, model in models.items():
        predicted = model.fit(features[is_train], recorded[is_train]).predict(features[~is_train])
        yield "regression", loss, "MAE", mean_absolute_error(data.target[~is_train], predicted), type(model).__name__
        yield "regression", loss, "R2", r2_score(data.target[~is_train], predicted), type(model).__name__


def digits(data):
    """Ten classes, and the rare digit against the rest."""
    is_train = split_of(len(data.target), stratify=data.target)
    train = np.flatnonzero(is_train)
    rare_rows = np.random.default_rng(SEED).choice(
        train[data.target[train] == RARE_DIGIT], size=RARE_KEPT, replace=False
    )
    in_rare_task = (data.target != RARE_DIGIT) | ~is_train
    in_rare_task[rare_rows] = True
    write(
        "digits.csv",
        ["split", "rare_task", "label"] + [f"p{i}" for i in range(64)],
        (
            [split_name(is_train[i]), int(in_rare_task[i]), data.target[i]] + [number(x) for x in data.data[i]]
            for i in range(len(data.target))
        ),
    )
    pixels = data.data / 16

    accuracy = []
    for seed in range(SEEDS):
        model = MLPClassifier((32,), alpha=0, max_iter=300, random_state=seed)
        model.fit(pixels[is_train], data.target[is_train])
        accuracy.append(accuracy_score(data.target[~is_train], model.predict(pixels[~is_train])))
    yield "ten classes", "cross_entropy", "accuracy", np.mean(accuracy), "MLPClassifier(32)"

    fit = is_train & in_rare_task
    rare = (data.target == RARE_DIGIT).astype(int)
    ratio = (rare[fit] == 0).sum() / (rare[fit] == 1).sum()
    for loss, weight in (("bce", None), ("weighted bce", {0: 1.0, 1: ratio})):
        model = LogisticRegression(C=1, class_weight=weight, max_iter=10_000, tol=1e-8).fit(pixels[fit], rare[fit])
        name = "LogisticRegression" + ("(class_weight)" if weight else "")
        scores = model.decision_function(pixels[~is_train])
        yield "rare class", loss, "PR-AUC", average_precision_score(rare[~is_train], scores), name
        yield "rare class", loss, "F1", f1_score(rare[~is_train], scores > 0), name


def max_margin():
    data = load_breast_cancer()
    malignant = 1 - data.target  # scikit-learn counts benign as 1
    is_train = split_of(len(malignant), stratify=malignant)
    names = [name.replace(" ", "_") for name in data.feature_names]
    write(
        "breast_cancer.csv",
        ["split", "malignant", *names],
        (
            [split_name(is_train[i]), malignant[i]] + [number(x) for x in data.data[i]]
            for i in range(len(malignant))
        ),
    )
    features = StandardScaler().fit(data.data[is_train]).transform(data.data)
    # With C=1, scikit-learn's objective, half the squared weights plus the sum of the hinge losses, is n times the
    # demo's mean hinge + 1/(2n)·l2.
    model = SVC(kernel="linear", C=1, tol=1e-8)
    model.fit(features[is_train], malignant[is_train])
    margins = (2 * malignant[is_train] - 1) * model.decision_function(features[is_train])
    objective = np.maximum(0, 1 - margins).mean() + (model.coef_**2).sum() / (2 * is_train.sum())
    accuracy = accuracy_score(malignant[~is_train], model.predict(features[~is_train]))
    yield "linear SVM", "hinge + l2", "accuracy", accuracy, "SVC(linear)"
    yield "linear SVM", "hinge + l2", "objective", objective, "SVC(linear)"

    # The squared error against the labels under the same penalty: the sum of squares and half the squared weights.
    ridge = Ridge(alpha=0.5).fit(features[is_train], 2 * malignant[is_train] - 1)
    accuracy = accuracy_score(malignant[~is_train], ridge.predict(features[~is_train]) > 0)
    yield "linear SVM", "mse + l2", "accuracy", accuracy, "Ridge"


def faint_image(ink, random):
    """A digit (8 by 8, 0 to 1) somewhere on a larger canvas: faint, on uneven ground, under noise. Values 0 to 9."""
    truth = np.zeros((CANVAS, CANVAS), int)
    picture = np.zeros((CANVAS, CANVAS))
    row, column = random.integers(0, CANVAS - 8 + 1, 2)
    truth[row : row + 8, column : column + 8] = ink >= 0.5
    picture[row : row + 8, column : column + 8] = ink * random.uniform(0.2, 0.5)
    slope = random.uniform(-0.25, 0.25, 2)
    across = np.linspace(-0.5, 0.5, CANVAS)
    picture += 0.35 + slope[0] * across[:, None] + slope[1] * across[None, :]
    picture += random.normal(0, 0.12, picture.shape)
    return np.clip(np.floor(picture * 10), 0, 9).astype(int), truth


def patches(images):
    """Every pixel's window, the image's mean taken away and zero outside, as the demo cuts them."""
    images = (images - images.mean((1, 2), keepdims=True)) / 2.5
    edge = PATCH // 2
    padded = np.pad(images, ((0, 0), (edge, edge), (edge, edge)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (PATCH, PATCH), (1, 2))
    return windows.reshape(-1, PATCH * PATCH)


def mean_dice(predicted, truth):
    overlap = (predicted & truth).sum((1, 2))
    return (2 * overlap / (predicted.sum((1, 2)) + truth.sum((1, 2)))).mean()


def mean_jaccard(predicted, truth):
    return ((predicted & truth).sum((1, 2)) / (predicted | truth).sum((1, 2))).mean()


def segmentation(data):
    random = np.random.default_rng(SEED)
    is_train = split_of(len(data.target), stratify=data.target)
    rows = np.concatenate(
        [
            random.choice(np.flatnonzero(is_train), SEGMENTATION_TRAIN, replace=False),
            random.choice(np.flatnonzero(~is_train), SEGMENTATION_TEST, replace=False),
        ]
    )
    drawn = [faint_image(data.images[i] / 16, random) for i in rows]
    write(
        "masks.csv",
        ["split", "digit_row", "image", "mask"],
        (
            [split_name(is_train[i]), i, "".join(map(str, image.ravel())), "".join(map(str, truth.ravel()))]
            for i, (image, truth) in zip(rows, drawn)
        ),
    )
    images = np.array([image for image, _ in drawn])
    truth = np.array([mask for _, mask in drawn]).astype(bool)
    n = SEGMENTATION_TRAIN
    dice, jaccard = [], []
    for seed in range(SEEDS):
        model = MLPClassifier((16,), alpha=0, max_iter=40, batch_size=2048, learning_rate_init=0.01, random_state=seed)
        model.fit(patches(images[:n]), truth[:n].ravel())
        predicted = model.predict(patches(images[n:])).reshape(-1, CANVAS, CANVAS)
        dice.append(mean_dice(predicted, truth[n:]))
        jaccard.append(mean_jaccard(predicted, truth[n:]))
    yield "segmentation", "cross_entropy", "Dice", np.mean(dice), "MLPClassifier(16)"
    yield "segmentation", "cross_entropy", "IoU", np.mean(jaccard), "MLPClassifier(16)"


def main():
    data = load_digits()
    scores = [*regression(), *digits(data), *max_margin(), *segmentation(data)]
    write(
        "reference.csv",
        ["task", "loss", "metric", "score", "model"],
        ([task, loss, metric, f"{score:.6f}", model] for task, loss, metric, score, model in scores),
    )


if __name__ == "__main__":
    main()
