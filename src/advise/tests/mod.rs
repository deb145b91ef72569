//! Data with a known right answer, and data that means harm.

mod classification;
mod hostile;
mod margin;
mod properties;
mod regression;
mod segmentation;

use super::{Advice, Output, Question, Sample, Task, advise};
use crate::error::{Error, Result};

/// A tensor with its own memory.
struct Tensor {
    shape: Vec<usize>,
    elements: Vec<f64>,
}

/// A tensor of that shape; a single size is the length of a vector.
fn tensor(shape: &[usize], elements: Vec<f64>) -> Tensor {
    assert_eq!(shape.iter().product::<usize>(), elements.len());
    Tensor { shape: shape.to_vec(), elements }
}

fn vector(elements: Vec<f64>) -> Tensor {
    tensor(&[elements.len()], elements)
}

/// Asks about targets and predictions.
fn ask_all(
    task: Task,
    output: Output,
    class_count: Option<usize>,
    target: Option<&Tensor>,
    prediction: Option<&Tensor>,
) -> Result<Advice> {
    let read_target = |index: usize| target.map_or(f64::NAN, |tensor| tensor.elements[index]);
    let read_prediction = |index: usize| prediction.map_or(f64::NAN, |tensor| tensor.elements[index]);
    let question = Question {
        task,
        output,
        class_count,
        target: target.map(|tensor| Sample { shape: &tensor.shape, element: &read_target, integer: false }),
        prediction: prediction.map(|tensor| Sample { shape: &tensor.shape, element: &read_prediction, integer: false }),
    };
    advise(&question)
}

fn ask(task: Task, output: Output, target: Option<&Tensor>, prediction: Option<&Tensor>) -> Advice {
    let advice = ask_all(task, output, None, target, prediction).unwrap();
    check(&advice, target.is_some() || prediction.is_some());
    advice
}

fn refused(task: Task, output: Output, target: Option<&Tensor>, prediction: Option<&Tensor>) -> Error {
    ask_all(task, output, None, target, prediction).unwrap_err()
}

/// What holds for every advice.
fn check(advice: &Advice, shown: bool) {
    assert!(!advice.recommendations.is_empty());
    for (place, recommendation) in advice.recommendations.iter().enumerate() {
        let (spec, reason) = (&recommendation.spec, &recommendation.reason);
        let allowed = |letter: char| letter.is_ascii_alphanumeric() || "_.@=,()[]+*- ".contains(letter);
        assert!(spec.chars().all(allowed), "{spec}");
        assert!(!spec.contains("NaN") && !spec.contains("inf"), "{spec}");
        let parsed = crate::Loss::parse(spec);
        assert!(parsed.is_ok(), "{spec}: {:?}", parsed.err());
        assert!(reason.len() > 30 && (reason.ends_with('.') || reason.ends_with(')')), "{spec}: {reason}");
        assert!(!reason.contains("NaN") && !reason.contains("inf ") && !reason.contains("  "), "{spec}: {reason}");
        if shown {
            assert!(reason.contains(|letter: char| letter.is_ascii_digit()), "{spec}: {reason}");
        }
        let earlier = &advice.recommendations[..place];
        assert!(earlier.iter().all(|other| other.spec != *spec), "{spec} twice");
    }
    for (place, (name, value)) in advice.evidence.iter().enumerate() {
        assert!(value.is_finite(), "{name}");
        assert!(name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_'));
        assert!(advice.evidence[..place].iter().all(|other| other.0 != *name), "{name} twice");
    }
}

fn specs(advice: &Advice) -> Vec<&str> {
    advice.recommendations.iter().map(|recommendation| recommendation.spec.as_str()).collect()
}

fn reason(advice: &Advice, place: usize) -> &str {
    &advice.recommendations[place].reason
}

fn fact(advice: &Advice, name: &str) -> f64 {
    let found = advice.evidence.iter().find(|(known, _)| known == name);
    found.unwrap_or_else(|| panic!("no evidence {name} in {:?}", advice.evidence)).1
}

fn has_fact(advice: &Advice, name: &str) -> bool {
    advice.evidence.iter().any(|(known, _)| known == name)
}

fn repeated(counts: &[usize]) -> Vec<f64> {
    let labels = counts.iter().enumerate().flat_map(|(class, count)| std::iter::repeat_n(class as f64, *count));
    labels.collect()
}

/// A small generator (SplitMix64): tests must not depend on a platform's.
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        ((bits >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    /// Box and Muller 1958.
    fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    fn laplace(&mut self) -> f64 {
        let sign = if self.uniform() < 0.5 { -1.0 } else { 1.0 };
        -sign * self.uniform().ln()
    }
}
