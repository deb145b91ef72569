//! Hinges for each label convention.

use super::*;

fn signed(count: usize) -> Tensor {
    vector((0..count).map(|index| if index % 2 == 0 { 1.0 } else { -1.0 }).collect())
}

#[test]
fn labels_decide_the_convention() {
    let advice = ask(Task::MaxMargin, Output::Scores, Some(&signed(500)), None);
    let expected = ["hinge + 0.001*l2(input=@weights)", "squared_hinge + 0.001*l2(input=@weights)", "hinge"];
    assert_eq!(specs(&advice), expected);
    assert_eq!(fact(&advice, "l2_coefficient"), 0.001);
    assert!(reason(&advice, 0).contains("1/(2n) = 0.001 for n = 500"));
    let advice = ask(Task::MaxMargin, Output::Scores, Some(&vector(repeated(&[300, 200]))), None);
    assert_eq!(specs(&advice)[0], "hinge(labels=binary) + 0.001*l2(input=@weights)");
    let advice = ask(Task::MaxMargin, Output::Scores, Some(&vector(repeated(&[20, 20, 10]))), None);
    assert_eq!(specs(&advice)[0], "multiclass_hinge + 0.01*l2(input=@weights)");
    assert_eq!(specs(&advice)[1], "categorical_hinge + 0.01*l2(input=@weights)");
}

#[test]
fn violations_of_the_margin_are_counted() {
    let target = vector(vec![1.0, -1.0, 1.0, -1.0]);
    let prediction = vector(vec![2.0, -0.5, -1.0, -3.0]);
    let advice = ask(Task::MaxMargin, Output::Scores, Some(&target), Some(&prediction));
    assert_eq!(fact(&advice, "margin_violation_share"), 0.5);
    let target = vector(vec![0.0, 1.0, 2.0]);
    let prediction = tensor(&[3, 3], vec![3.0, 1.0, 0.0, 1.0, 1.5, 0.0, 0.0, 0.0, 1.0]);
    let advice = ask(Task::MaxMargin, Output::Scores, Some(&target), Some(&prediction));
    assert!((fact(&advice, "margin_violation_share") - 1.0 / 3.0).abs() < 1e-12);
}

#[test]
fn probabilities_have_no_margin() {
    let target = vector(vec![0.0, 1.0, 1.0]);
    let prediction = vector(vec![0.2, 0.9, 0.4]);
    for output in [Output::Probabilities, Output::Scores] {
        let advice = ask(Task::MaxMargin, output, Some(&target), Some(&prediction));
        assert!(reason(&advice, 0).starts_with("All 3 predictions lie in [0, 1], from 0.2 to 0.9"));
        assert_eq!(*specs(&advice).last().unwrap(), "bce(from=probs)");
    }
}

#[test]
fn rare_classes_get_sample_weights() {
    let advice = ask(Task::MaxMargin, Output::Scores, Some(&vector(repeated(&[90, 10]))), None);
    assert!(reason(&advice, 0).contains("sample_weight n/(C n_c): 5 for label 1, 0.556 for label 0"));
}

#[test]
fn mixed_conventions_are_refused() {
    let error = refused(Task::MaxMargin, Output::Scores, Some(&vector(vec![1.0, -1.0, 0.0])), None);
    assert_eq!(error.index, Some(2));
    assert!(error.message.contains("target[2] = 0 comes after labels -1"), "{}", error.message);
    let error = refused(Task::MaxMargin, Output::Scores, Some(&vector(vec![1.0, 0.5])), None);
    assert_eq!(error.index, Some(1));
}

#[test]
fn nothing_shown_is_said() {
    let advice = ask(Task::MaxMargin, Output::Scores, None, None);
    assert_eq!(specs(&advice)[0], "hinge + 1e-4*l2(input=@weights)");
    assert!(reason(&advice, 0).contains("No targets were shown"));
    let advice = ask_all(Task::MaxMargin, Output::Scores, Some(5), None, None).unwrap();
    assert_eq!(specs(&advice)[0], "multiclass_hinge + 1e-4*l2(input=@weights)");
}
