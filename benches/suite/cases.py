"""What is measured: losses, shapes and types."""

import dataclasses
import fnmatch
import math

ITEM = {"f32": 4, "f64": 8, "bf16": 2, "f16": 2}
REGULARIZERS = ("l1", "l2")  # of the input alone
ELEMENTWISE = ("mse", "mae", "huber", "bce", "focal", "hinge", "squared_hinge", *REGULARIZERS)
SIZES = {100: "100", 10_000: "10 k", 1_000_000: "1 M", 16_000_000: "16 M"}
ROWS = ((64, 10), (1024, 10), (256, 1000), (4096, 1000), (512, 32000), (256, 128256))
CACHED = "losskit, in the caches"  # by one thread, beside what is beyond them
CACHED_BYTES = 1_000_000  # of input and gradient, which the inner caches hold
OVERLAPS = ("dice", "jaccard", "tversky")
IMAGES = ((2, 4, 256, 256), (4, 19, 256, 512))


@dataclasses.dataclass(frozen=True)
class Case:
    """A loss of one input: elements; rows by classes; or images, with the classes along axis 1, or last if asked."""

    group: str  # elements, rows or images
    loss: str
    shape: tuple
    dtype: str = "f32"
    last: bool = False  # images: classes lie side by side

    @property
    def size(self):
        return SIZES.get(self.shape[0]) if self.group == "elements" else "×".join(map(str, self.shape))

    @property
    def name(self):
        parts = [self.loss, self.size]
        return " ".join(parts + [self.dtype] * (self.dtype != "f32") + ["classes last"] * self.last)

    @property
    def elements(self):
        return math.prod(self.shape)

    @property
    def axis(self):
        """The dimension of the classes."""
        return -1 if self.last else 1

    @property
    def classes(self):
        return 1 if self.group == "elements" else self.shape[self.axis]

    @property
    def bytes(self):
        """Every input read once and the gradient written once."""
        item = ITEM[self.dtype]
        targets = item * self.elements if self.group == "elements" else 8 * self.elements // self.classes
        return 2 * item * self.elements + targets * self.has_target

    @property
    def has_target(self):
        return self.loss not in REGULARIZERS

    @property
    def is_half(self):
        return ITEM[self.dtype] == 2

    @property
    def summed(self):
        """Regularisers are sums. And 16-bit gradients of a mean over millions would be lost among the smallest numbers."""
        return self.is_half or not self.has_target

    @property
    def spec(self):
        options = []
        if self.loss in OVERLAPS:
            options.append("activation=softmax")
        if self.last:
            options.append("axis=[1, 2], class_axis=-1" if self.loss in OVERLAPS else "axis=-1")
        if self.summed:
            options.append("reduction=sum")
        return f"{self.loss}({', '.join(options)})" if options else self.loss

    @property
    def loss_elements(self):
        """What a mean divides by."""
        if self.loss in OVERLAPS:
            return self.shape[0] * self.classes
        return self.elements // self.classes


def everything():
    """Every case, in the order of the page."""
    cases = [Case("elements", loss, (size,)) for loss in ELEMENTWISE for size in SIZES]
    cases += [Case("rows", loss, shape) for loss in ("cross_entropy", "categorical_focal") for shape in ROWS]
    cases += [Case("rows", "multiclass_hinge", shape) for shape in ((64, 10), (4096, 1000), (512, 32000))]
    cases += [Case("rows", "categorical_hinge", (512, 32000))]
    cases += [Case("images", loss, shape) for loss in ("cross_entropy", "dice") for shape in IMAGES]
    cases += [Case("images", loss, IMAGES[1]) for loss in ("jaccard", "tversky")]
    for dtype in ("f64", "bf16", "f16"):
        cases += [Case("elements", loss, (size,), dtype) for loss in ("mse", "bce") for size in (10_000, 16_000_000)]
        cases += [Case("rows", "cross_entropy", (256, 128256), dtype)]
        cases += [Case("images", "cross_entropy", IMAGES[1], dtype)]
    return cases


def compute_bound():
    """Cases in which one thread is held up by arithmetic, not by memory, whatever the kernel's quality."""
    million = (1_000_000,)
    return [
        Case("elements", "focal", million),
        Case("elements", "focal", million, "f64"),
        Case("elements", "bce", million, "f64"),
        Case("rows", "categorical_focal", (4096, 1000)),
    ]


def twins(case):
    """What losskit is timed on as well, in the same rounds, to compare with: the same loss on f32 for 16-bit types, and
    with the classes side by side for the larger image."""
    if case.is_half:
        return {"losskit on f32": dataclasses.replace(case, dtype="f32")}
    if case.group == "images" and case.shape == IMAGES[1] and case.dtype == "f32":
        count, classes, height, width = case.shape
        return {"losskit, classes last": dataclasses.replace(case, shape=(count, height, width, classes), last=True)}
    return {}


def cached(case):
    """The same loss on so much that the inner caches hold it, so that its time is that of the arithmetic."""
    if case.group == "elements":
        return dataclasses.replace(case, shape=(10_000,))
    if case.group == "images":
        return dataclasses.replace(case, shape=(1, case.classes, 64, 64))
    rows = CACHED_BYTES // (2 * ITEM[case.dtype] * case.classes)
    return dataclasses.replace(case, shape=(max(1, rows), case.classes))


def selected(cases, patterns):
    """Those whose name matches one of the shell patterns; all without patterns."""
    return [case for case in cases if not patterns or any(fnmatch.fnmatchcase(case.name, f"*{p}*") for p in patterns)]
