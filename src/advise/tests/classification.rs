//! Labels whose distribution is known, and predictions that are probabilities, logits, or noisy.

use super::*;

#[test]
fn balanced_binary_labels_need_no_weights() {
    let target = vector(repeated(&[500, 500]));
    let advice = ask(Task::Binary, Output::Logits, Some(&target), None);
    assert_eq!(specs(&advice), ["bce", "bce(label_smoothing=0.05)"]);
    assert_eq!(fact(&advice, "imbalance_ratio"), 1.0);
    assert_eq!(fact(&advice, "positive_share"), 0.5);
    assert!(reason(&advice, 0).contains("500 of 1000"));
}

#[test]
fn one_in_a_thousand_positives_get_their_weight() {
    let target = vector(repeated(&[10_000, 10]));
    let advice = ask(Task::Binary, Output::Logits, Some(&target), None);
    assert_eq!(specs(&advice), ["bce(pos_weight=1000)", "focal(gamma=2, alpha=0.969)", "bce"]);
    assert_eq!(fact(&advice, "class_0_count"), 10_000.0);
    assert_eq!(fact(&advice, "class_1_count"), 10.0);
    assert_eq!(fact(&advice, "pos_weight"), 1000.0);
    assert_eq!(fact(&advice, "imbalance_ratio"), 1000.0);
    assert!(reason(&advice, 2).contains("99.9 %"), "{}", reason(&advice, 2));
}

#[test]
fn rare_negatives_get_a_weight_below_one() {
    let advice = ask(Task::Binary, Output::Logits, Some(&vector(repeated(&[50, 950]))), None);
    assert_eq!(specs(&advice)[0], "bce(pos_weight=0.05263)");
    assert!(fact(&advice, "focal_alpha") < 0.5);
}

#[test]
fn one_class_alone_teaches_nothing() {
    for label in [0.0, 1.0] {
        let advice = ask(Task::Binary, Output::Logits, Some(&vector(vec![label; 30])), None);
        assert_eq!(specs(&advice), ["bce"]);
        assert!(reason(&advice, 0).contains("all 30 labels"));
    }
}

#[test]
fn probabilities_are_better_as_logits() {
    // Two predictions have rounded to exactly 0 or 1, and one of them contradicts its label.
    let target = vector(vec![1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
    let prediction = vector(vec![1.0, 1.0, 0.9, 0.2, 0.8, 0.1, 0.999, 0.3]);
    let advice = ask(Task::Binary, Output::Probabilities, Some(&target), Some(&prediction));
    assert_eq!(specs(&advice)[..2], ["bce(from=logits)", "bce(from=probs)"]);
    let first = reason(&advice, 0);
    assert!(first.contains("2 of 8 probabilities (25 %) are exactly 0 or 1"), "{first}");
    assert!(first.contains("1 label has probability exactly 0"), "{first}");
    assert!(first.contains("adds 12.5 to the mean"), "{first}");
    assert!(first.contains("0.001 away, a logit of 6.91"), "{first}");
    assert_eq!(fact(&advice, "saturated_share"), 0.25);
    assert_eq!(fact(&advice, "zero_probability_count"), 1.0);
    assert!((fact(&advice, "nearest_distance") - 0.001).abs() < 1e-12);
}

#[test]
fn focal_waits_for_logits() {
    let target = vector(repeated(&[90, 10]));
    let advice = ask(Task::Binary, Output::Probabilities, Some(&target), None);
    let list = specs(&advice);
    assert_eq!(list[..2], ["bce(from=logits, pos_weight=9)", "bce(from=probs, pos_weight=9)"]);
    let focal = list.iter().position(|spec| spec.starts_with("focal(from=logits")).unwrap();
    assert!(reason(&advice, focal).starts_with("Only after switching to logits"));
    assert_eq!(*list.last().unwrap(), "bce(from=probs)");
}

#[test]
fn logits_that_look_like_probabilities_are_doubted() {
    let target = vector(vec![0.0, 1.0, 2.0]);
    let rows = vec![0.7, 0.2, 0.1, 0.1, 0.8, 0.1, 0.3, 0.3, 0.4];
    let prediction = tensor(&[3, 3], rows.clone());
    let advice = ask(Task::Multiclass, Output::Logits, Some(&target), Some(&prediction));
    assert_eq!(specs(&advice)[..2], ["cross_entropy", "cross_entropy(from=probs)"]);
    let first = reason(&advice, 0);
    assert!(first.contains("look like probabilities") && first.contains("all 3 rows sum to 1"), "{first}");
    // ln(1 + 2/e)
    assert!(first.contains("0.551"), "{first}");
    let advice = ask(Task::Multiclass, Output::Unknown, Some(&target), Some(&prediction));
    assert_eq!(specs(&advice)[..2], ["cross_entropy(from=logits)", "cross_entropy(from=probs)"]);

    // Small logits in [0, 1] whose rows do not sum to 1 are not doubted, and neither are those of an untrained model.
    let logits = tensor(&[3, 3], rows.iter().map(|value| value * 0.5).collect());
    let advice = ask(Task::Multiclass, Output::Logits, Some(&target), Some(&logits));
    assert!(!reason(&advice, 0).contains("look like"));
    let untrained = vector(vec![0.0; 3]);
    let advice = ask(Task::Binary, Output::Logits, Some(&vector(vec![0.0, 1.0, 1.0])), Some(&untrained));
    assert!(!reason(&advice, 0).contains("look like"));
}

#[test]
fn a_row_without_hope_is_infinite() {
    let target = vector(vec![0.0, 1.0]);
    let prediction = tensor(&[2, 2], vec![0.0, 1.0, 0.25, 0.75]);
    let advice = ask(Task::Multiclass, Output::Probabilities, Some(&target), Some(&prediction));
    assert!(reason(&advice, 0).contains("1 label has probability exactly 0, which is an infinite loss"));
}

#[test]
fn balanced_classes_keep_the_plain_loss() {
    let target = vector((0..1000).map(|index| (index % 10) as f64).collect());
    let advice = ask(Task::Multiclass, Output::Logits, Some(&target), None);
    assert_eq!(specs(&advice), ["cross_entropy", "cross_entropy(label_smoothing=0.1)"]);
    assert_eq!(fact(&advice, "class_count"), 10.0);
    assert_eq!(fact(&advice, "class_9_count"), 100.0);
}

#[test]
fn a_thousand_to_one_gets_balanced_and_effective_weights() {
    let target = vector(repeated(&[1000, 1]));
    let advice = ask(Task::Multiclass, Output::Logits, Some(&target), None);
    let list = specs(&advice);
    assert_eq!(list[0], "cross_entropy(class_weight=[0.5005, 500.5])");
    // beta = 1000/1001: E(1000) = 632.57 and E(1) = 1, scaled so that 1000 w0 + w1 = 1001.
    assert_eq!(list[1], "cross_entropy(class_weight=[0.6131, 387.9])");
    assert!(list[2].starts_with("categorical_focal(gamma=2, alpha=[0.9703, 30.68])"), "{}", list[2]);
    assert_eq!(list[3], "cross_entropy");
    assert!((fact(&advice, "effective_number_beta") - 1000.0 / 1001.0).abs() < 1e-12);
    assert!(reason(&advice, 3).contains("99.9 %"));
    assert!(reason(&advice, 0).contains("only 1 label"), "{}", reason(&advice, 0));
}

#[test]
fn weights_average_one_over_the_labels() {
    let counts = [700, 200, 100];
    let target = vector(repeated(&counts));
    let advice = ask(Task::Multiclass, Output::Logits, Some(&target), None);
    for place in 0..2 {
        let spec = specs(&advice)[place];
        let (start, end) = (spec.find('[').unwrap() + 1, spec.find(']').unwrap());
        let weights: Vec<f64> = spec[start..end].split(", ").map(|text| text.parse().unwrap()).collect();
        let mass: f64 = weights.iter().zip(counts).map(|(weight, count)| weight * count as f64).sum();
        assert!((mass - 1000.0).abs() < 0.5, "{spec}");
    }
}

#[test]
fn an_empty_class_has_a_finite_weight() {
    let target = vector(repeated(&[80, 0, 10]));
    let advice = ask_all(Task::Multiclass, Output::Logits, Some(4), Some(&target), None).unwrap();
    check(&advice, true);
    assert_eq!(specs(&advice)[0], "cross_entropy(class_weight=[0.5625, 1, 4.5, 1])");
    assert_eq!(fact(&advice, "empty_class_count"), 2.0);
    assert!(reason(&advice, 0).contains("2 of 4 classes have none"));
}

#[test]
fn one_hot_and_soft_targets_count_as_labels_do() {
    let rows = [[1.0, 0.0, 0.0], [0.0, 0.5, 0.5], [1.0, 0.0, 0.0], [0.0, 0.25, 0.75]];
    let target = tensor(&[4, 3], rows.concat());
    let advice = ask(Task::Multiclass, Output::Logits, Some(&target), None);
    assert_eq!(fact(&advice, "class_0_count"), 2.0);
    assert_eq!(fact(&advice, "class_1_count"), 0.75);
    assert_eq!(fact(&advice, "class_2_count"), 1.25);
    let prediction = tensor(&[4, 3], vec![0.5, -2.0, 3.0, 1.0, 0.0, 0.0, 4.0, 1.0, 1.0, -1.0, 2.0, 2.0]);
    let advice = ask(Task::Multiclass, Output::Logits, Some(&target), Some(&prediction));
    assert_eq!(fact(&advice, "accuracy"), 0.25);
}

#[test]
fn many_classes_leave_their_weights_to_an_operand() {
    let mut counts = vec![2; 3000];
    counts[5] = 500;
    let advice = ask(Task::Multiclass, Output::Logits, Some(&vector(repeated(&counts))), None);
    assert_eq!(specs(&advice)[0], "cross_entropy(class_weight=@class_weight)");
    assert!(reason(&advice, 0).contains("3000 weights"));
}

#[test]
fn a_tenth_of_wrong_labels_is_found() {
    let mut random = Random(7);
    let (mut labels, mut rows) = (vec![], vec![]);
    for index in 0..3000 {
        let truth = index % 3;
        let label = if index % 10 == 0 { (truth + 1) % 3 } else { truth };
        labels.push(label as f64);
        rows.extend((0..3).map(|class| if class == truth { 4.0 } else { 0.0 } + 0.1 * random.normal()));
    }
    let (target, prediction) = (vector(labels), tensor(&[3000, 3], rows));
    let advice = ask(Task::Multiclass, Output::Logits, Some(&target), Some(&prediction));
    let noise = fact(&advice, "label_noise");
    assert!((noise - 0.1).abs() < 0.01, "{noise}");
    assert!((fact(&advice, "accuracy") - 0.9).abs() < 0.01);
    // 0.1 * 3/2
    assert_eq!(specs(&advice)[0], "cross_entropy(label_smoothing=0.15)");
    assert!(reason(&advice, 0).contains("confidently contradict 300 labels"), "{}", reason(&advice, 0));
}

#[test]
fn clean_labels_are_not_smoothed_and_blind_predictions_estimate_nothing() {
    let target = vector((0..400).map(|index| (index % 2) as f64).collect());
    let logits = vector((0..400).map(|index| if index % 2 == 1 { 3.0 } else { -3.0 }).collect());
    let advice = ask(Task::Binary, Output::Logits, Some(&target), Some(&logits));
    assert_eq!(fact(&advice, "label_noise"), 0.0);
    assert_eq!(specs(&advice), ["bce"]);
    let blind = vector((0..400).map(|index| (index % 4) as f64 - 1.5).collect());
    let flipped = vector(target.elements.iter().map(|label| 1.0 - label).collect());
    for (target, prediction) in [(&target, &vector(vec![-1.0; 400])), (&flipped, &blind)] {
        let advice = ask(Task::Binary, Output::Logits, Some(target), Some(prediction));
        assert!(!has_fact(&advice, "label_noise"));
        assert!(reason(&advice, 0).contains("cannot be estimated"));
    }
}

#[test]
fn overconfidence_shows_as_a_calibration_gap() {
    let target = vector((0..200).map(|index| f64::from(u8::from(index % 4 > 0))).collect());
    let prediction = vector(vec![1.0 - 1e-9; 200]);
    let advice = ask(Task::Binary, Output::Probabilities, Some(&target), Some(&prediction));
    assert!((fact(&advice, "mean_calibration_gap") - 0.25).abs() < 1e-6);
}

#[test]
fn every_label_of_a_set_has_its_own_weight() {
    let mut elements = vec![];
    for row in 0..100 {
        elements.extend([row % 2 == 0, row % 10 == 0, false, row % 2 == 1].map(|one| f64::from(u8::from(one))));
    }
    let target = tensor(&[100, 4], elements);
    let advice = ask(Task::Multilabel, Output::Logits, Some(&target), None);
    assert_eq!(specs(&advice)[0], "bce(pos_weight=[1, 9, 1, 1])");
    assert_eq!(fact(&advice, "class_1_count"), 10.0);
    assert!((fact(&advice, "labels_per_row") - 1.1).abs() < 1e-12);
    assert!(reason(&advice, 0).contains("label 1, applies 10 times"), "{}", reason(&advice, 0));
    assert_eq!(*specs(&advice).last().unwrap(), "bce");
    let advice = ask(Task::Multilabel, Output::Logits, Some(&tensor(&[50, 4, 2], repeated(&[390, 10]))), None);
    assert!(specs(&advice)[0].ends_with("axis=1)"), "{:?}", specs(&advice));
}

#[test]
fn sets_of_exactly_one_label_are_called_multiclass() {
    let target = tensor(&[3, 3], vec![1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
    let advice = ask(Task::Multilabel, Output::Logits, Some(&target), None);
    assert_eq!(specs(&advice)[0], "bce");
    assert_eq!(*specs(&advice).last().unwrap(), "cross_entropy");
}

#[test]
fn nothing_shown_is_said() {
    for (task, spec) in [(Task::Binary, "bce"), (Task::Multilabel, "bce"), (Task::Multiclass, "cross_entropy")] {
        let advice = ask(task, Output::Logits, None, None);
        assert_eq!(specs(&advice)[0], spec);
        assert!(reason(&advice, 0).contains("No targets were shown"));
        assert!(reason(&advice, 0).contains("Show targets"));
        assert!(advice.evidence.is_empty());
        let advice = ask(task, Output::Probabilities, None, None);
        assert_eq!(specs(&advice)[..2], [format!("{spec}(from=logits)"), format!("{spec}(from=probs)")]);
        assert!(reason(&advice, 0).contains("No predictions were shown"));
    }
}
