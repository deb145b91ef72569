//! Whatever is shown: no panic, specs that parse, reasons with numbers, refusals that fit their buffer.

use proptest::prelude::*;

use super::*;

fn task() -> impl Strategy<Value = Task> {
    prop_oneof![
        Just(Task::Regression),
        Just(Task::Binary),
        Just(Task::Multiclass),
        Just(Task::Multilabel),
        Just(Task::Segmentation),
        Just(Task::MaxMargin),
    ]
}

fn output() -> impl Strategy<Value = Output> {
    prop_oneof![Just(Output::Unknown), Just(Output::Scores), Just(Output::Logits), Just(Output::Probabilities)]
}

/// Elements of one kind for a whole tensor, so that many tensors are accepted.
fn elements(count: usize) -> impl Strategy<Value = Vec<f64>> {
    let kind = prop_oneof![
        4 => Just(0),
        2 => Just(1),
        2 => Just(2),
        2 => Just(3),
        1 => Just(4),
        1 => Just(5),
    ];
    (kind, prop::collection::vec((any::<u64>(), any::<f64>()), count)).prop_map(|(kind, drawn)| {
        let element = |(bits, anything): (u64, f64)| match kind {
            0 => (bits % 2) as f64,
            1 => (bits % 4) as f64,
            2 => (bits % 1001) as f64 / 1000.0,
            3 => (bits % 2001) as f64 / 100.0 - 10.0,
            4 => (bits % 2) as f64 * 2.0 - 1.0,
            _ => anything,
        };
        drawn.into_iter().map(element).collect()
    })
}

fn shaped(shape: Vec<usize>) -> impl Strategy<Value = Tensor> {
    elements(shape.iter().product()).prop_map(move |elements| tensor(&shape, elements))
}

fn shape() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![
        1 => prop::collection::vec(0usize..5, 0..5),
        1 => (1usize..300).prop_map(|count| vec![count]),
        2 => prop::collection::vec(1usize..6, 1..5),
    ]
}

impl std::fmt::Debug for Tensor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:?} {:?}", self.shape, self.elements)
    }
}

/// Targets alone, predictions alone, both of one shape, or labels for predictions.
fn shown() -> impl Strategy<Value = (Option<Tensor>, Option<Tensor>)> {
    shape().prop_flat_map(|shape| {
        let mut labels = shape.clone();
        if !labels.is_empty() {
            labels.remove(usize::from(labels.len() > 1));
        }
        prop_oneof![
            shaped(shape.clone()).prop_map(|target| (Some(target), None)),
            shaped(shape.clone()).prop_map(|prediction| (None, Some(prediction))),
            (shaped(shape.clone()), shaped(shape.clone())).prop_map(|(one, other)| (Some(one), Some(other))),
            (shaped(labels), shaped(shape)).prop_map(|(one, other)| (Some(one), Some(other))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_question_is_answered_or_refused(
        task in task(),
        output in output(),
        class_count in prop::option::weighted(0.3, 0usize..6),
        (target, prediction) in shown(),
    ) {
        match ask_all(task, output, class_count, target.as_ref(), prediction.as_ref()) {
            Ok(advice) => {
                check(&advice, true);
                let again = ask_all(task, output, class_count, target.as_ref(), prediction.as_ref());
                prop_assert_eq!(Ok(advice), again);
            }
            Err(error) => {
                prop_assert!(error.message.len() < 240, "{}", error.message);
                let longest = [&target, &prediction].into_iter().flatten().map(|tensor| tensor.elements.len()).max();
                prop_assert!(error.index.is_none_or(|index| Some(index) < longest));
            }
        }
    }

    #[test]
    fn huber_delta_follows_the_scale(
        residuals in prop::collection::vec(-1e3f64..1e3, 5..200),
        factor in prop_oneof![Just(1e-6), Just(0.5), Just(1e6)],
    ) {
        let scaled = residuals.iter().map(|residual| residual * factor).collect();
        let ask = |values| ask(Task::Regression, Output::Unknown, Some(&vector(values)), None);
        let (one, other) = (ask(residuals), ask(scaled));
        let (one, other) = (fact(&one, "huber_delta"), fact(&other, "huber_delta"));
        prop_assert!((other / (one * factor) - 1.0).abs() < 0.01, "{} {}", one, other);
    }
}
