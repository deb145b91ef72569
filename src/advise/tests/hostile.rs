//! What no target or prediction may hold, and which element the refusal names.

use super::*;
use crate::error::Status;

fn status_and_index(error: Error) -> (Status, Option<usize>) {
    assert!(error.message.len() < 240, "{} bytes do not fit: {}", error.message.len(), error.message);
    (error.status, error.index)
}

#[test]
fn labels_that_are_none_are_named() {
    for (task, bad) in [
        (Task::Binary, 2.0),
        (Task::Binary, -1.0),
        (Task::Binary, 0.5),
        (Task::Binary, f64::NAN),
        (Task::Multiclass, -100.0),
        (Task::Multiclass, 1.5),
        (Task::Multiclass, f64::INFINITY),
        (Task::Multiclass, 1e15),
        (Task::Regression, f64::NAN),
        (Task::Regression, f64::NEG_INFINITY),
        (Task::MaxMargin, -2.0),
        (Task::MaxMargin, f64::NAN),
    ] {
        let mut elements = repeated(&[3, 4]);
        elements[5] = bad;
        let found = status_and_index(refused(task, Output::Unknown, Some(&vector(elements)), None));
        assert_eq!(found, (Status::InvalidTarget, Some(5)), "{task:?} {bad}");
    }
    for (task, shape) in [(Task::Multilabel, vec![4, 3]), (Task::Segmentation, vec![2, 1, 3, 2])] {
        for bad in [0.5, -1.0, f64::NAN] {
            let mut elements = vec![0.0; 12];
            elements[7] = bad;
            let found = status_and_index(refused(task, Output::Unknown, Some(&tensor(&shape, elements)), None));
            assert_eq!(found, (Status::InvalidTarget, Some(7)), "{task:?} {bad}");
        }
    }
}

#[test]
fn a_label_beyond_class_count_is_named() {
    let target = vector(vec![0.0, 1.0, 3.0]);
    let error = ask_all(Task::Multiclass, Output::Logits, Some(3), Some(&target), None).unwrap_err();
    assert!(error.message.starts_with("target[2] = 3 is outside [0, 3)"), "{}", error.message);
    assert_eq!(status_and_index(error), (Status::InvalidTarget, Some(2)));
}

#[test]
fn probabilities_outside_their_interval_are_named() {
    let target = vector(vec![0.0, 1.0, 1.0]);
    let prediction = vector(vec![0.5, 1.25, -3.0]);
    for task in [Task::Binary, Task::MaxMargin] {
        let error = refused(task, Output::Probabilities, Some(&target), Some(&prediction));
        assert!(error.message.contains("prediction[1] = 1.25 is outside [0, 1]"), "{}", error.message);
        assert_eq!(status_and_index(error), (Status::InvalidArgument, Some(1)));
    }
}

#[test]
fn predictions_that_are_not_finite_are_named() {
    let target = vector(vec![0.0, 1.0, 1.0]);
    for (task, bad) in
        [(Task::Binary, f64::NAN), (Task::Regression, f64::INFINITY), (Task::MaxMargin, f64::NEG_INFINITY)]
    {
        let prediction = vector(vec![0.5, -1.0, bad]);
        let found = status_and_index(refused(task, Output::Unknown, Some(&target), Some(&prediction)));
        assert_eq!(found, (Status::InvalidArgument, Some(2)), "{task:?}");
        let found = status_and_index(refused(task, Output::Unknown, None, Some(&prediction)));
        assert_eq!(found, (Status::InvalidArgument, Some(2)), "{task:?} without target");
    }
}

#[test]
fn shapes_that_do_not_fit_are_both_quoted() {
    let target = vector(vec![0.0, 1.0, 1.0]);
    for task in [Task::Regression, Task::Binary, Task::Multiclass, Task::Multilabel, Task::MaxMargin] {
        for shape in [vec![4], vec![3, 1], vec![4, 2], vec![0]] {
            if task == Task::Multiclass && shape == [3, 1] {
                continue;
            }
            let prediction = tensor(&shape, vec![0.5; shape.iter().product()]);
            let error = refused(task, Output::Unknown, Some(&target), Some(&prediction));
            assert!(error.message.contains("[3]") && error.message.contains(&format!("{shape:?}")), "{error}");
            assert_eq!(status_and_index(error), (Status::InvalidShape, None), "{task:?} {shape:?}");
        }
    }
    let error = refused(Task::Segmentation, Output::Unknown, Some(&target), None);
    assert_eq!(status_and_index(error), (Status::InvalidShape, None));
}

#[test]
fn class_counts_that_contradict_are_refused() {
    let target = vector(vec![0.0, 1.0, 1.0]);
    let prediction = tensor(&[3, 2], vec![0.5; 6]);
    for (task, count, prediction) in [
        (Task::Binary, 5, None),
        (Task::Regression, 2, None),
        (Task::Multiclass, 3, Some(&prediction)),
        (Task::Multiclass, usize::MAX, None),
        (Task::Multilabel, 2, None),
    ] {
        let error = ask_all(task, Output::Unknown, Some(count), Some(&target), prediction).unwrap_err();
        assert!(error.message.contains(&format!("class_count = {count}")), "{error}");
        assert_eq!(status_and_index(error), (Status::InvalidArgument, None), "{task:?}");
    }
}

#[test]
fn dense_rows_must_share_one_among_classes() {
    let prediction = tensor(&[2, 2], vec![0.5, 3.0, -1.0, 2.0]);
    let target = tensor(&[2, 2], vec![1.0, 0.0, 0.5, 0.75]);
    let found = status_and_index(refused(Task::Multiclass, Output::Logits, Some(&target), Some(&prediction)));
    assert_eq!(found, (Status::InvalidTarget, Some(2)));
    let target = tensor(&[2, 2], vec![1.0, 0.0, 1.5, -0.5]);
    let found = status_and_index(refused(Task::Multiclass, Output::Logits, Some(&target), Some(&prediction)));
    assert_eq!(found, (Status::InvalidTarget, Some(2)));
}

#[test]
fn decided_classes_are_no_predictions() {
    let read = |_: usize| 1.0;
    let shown = Sample { shape: &[4], element: &read, integer: true };
    for task in [Task::Binary, Task::MaxMargin, Task::Multilabel, Task::Multiclass, Task::Segmentation] {
        let question =
            Question { task, output: Output::Unknown, class_count: None, target: None, prediction: Some(shown) };
        assert_eq!(status_and_index(advise(&question).unwrap_err()), (Status::InvalidDtype, None));
    }
}

#[test]
fn absurd_shapes_are_refused_before_any_reading() {
    let read = |_: usize| panic!("nothing is to be read");
    for shape in [vec![usize::MAX, 2], vec![1 << 40; 4], vec![usize::MAX]] {
        let shown = Sample { shape: &shape, element: &read, integer: false };
        let question = Question {
            task: Task::Regression,
            output: Output::Unknown,
            class_count: None,
            target: Some(shown),
            prediction: None,
        };
        assert_eq!(status_and_index(advise(&question).unwrap_err()), (Status::InvalidShape, None));
    }
    let shape = [usize::MAX, 0, usize::MAX];
    let empty = Sample { shape: &shape, element: &read, integer: false };
    for task in TASKS {
        let question =
            Question { task, output: Output::Unknown, class_count: None, target: Some(empty), prediction: Some(empty) };
        let advice = advise(&question).unwrap();
        check(&advice, true);
        assert!(reason(&advice, 0).contains("empty (0 elements)"), "{task:?}");
    }
}

#[test]
fn a_reader_that_changes_its_mind_does_no_harm() {
    let calls = std::cell::Cell::new(0u64);
    let read = |_: usize| {
        calls.set(calls.get() + 1);
        // Sane while being checked, then anything.
        if calls.get() < 200 { 0.0 } else { [1e300, -7.0, f64::NAN, 3.0][(calls.get() % 4) as usize] }
    };
    for task in TASKS {
        for shape in [vec![60], vec![30, 2], vec![5, 3, 4], vec![2, 3, 2, 5]] {
            calls.set(0);
            let shown = Sample { shape: &shape, element: &read, integer: false };
            let output = Output::Unknown;
            let question = Question { task, output, class_count: None, target: Some(shown), prediction: Some(shown) };
            let _ = advise(&question);
        }
    }
}

const TASKS: [Task; 6] =
    [Task::Regression, Task::Binary, Task::Multiclass, Task::Multilabel, Task::Segmentation, Task::MaxMargin];
