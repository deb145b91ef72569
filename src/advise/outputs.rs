//! What the predictions are (logits, probabilities, or the one announced as the other) and what a spec says about it.

use super::sample::{Axis, Data, View};
use super::text::{Spec, plural, short};
use super::{Advice, Output};
use crate::error::{Result, Status};
use saturation::Saturation;

mod saturation;

/// How far a row of probabilities may be from the sum 1: half-precision rounding of a thousand classes.
const ROW_SUM_TOLERANCE: f64 = 1e-3;

/// How predictions are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Log-odds, or scores taken for them.
    Logits,
    /// Probabilities, announced or recognised.
    Probabilities,
    /// Announced as logits or scores, but of the form of probabilities.
    Suspect,
}

/// How classes share a row of predictions.
#[derive(Clone, Copy)]
pub(super) enum Link {
    /// Each element has a sigmoid of its own.
    Sigmoid,
    /// The classes along an axis share a softmax.
    Softmax(Axis),
}

/// The form of one spec: what it says about its input.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Logits, without saying so: the default.
    Plain,
    /// Logits, said aloud because the model does not emit them yet.
    Logits,
    /// Probabilities.
    Probabilities,
}

impl Form {
    /// Adds the `from` parameter of `cross_entropy`, `bce` and the focal losses.
    pub fn from(self, spec: Spec) -> Spec {
        match self {
            Form::Plain => spec,
            Form::Logits => spec.with("from", "logits"),
            Form::Probabilities => spec.with("from", "probs"),
        }
    }

    /// Adds the `activation` parameter of the overlap losses.
    pub fn activation(self, spec: Spec, function: &str) -> Spec {
        match self {
            Form::Plain | Form::Logits => spec.with("activation", function),
            Form::Probabilities => spec,
        }
    }
}

/// The predictions as read, and the sentence that says on what grounds.
pub(super) struct Outputs {
    pub reading: Reading,
    seen: String,
    function: &'static str,
}

impl Outputs {
    /// Reads all predictions once.
    ///
    /// `own` maps a flat index and its probability to the probability that the element gives to its label, where
    /// labels are known.
    pub fn read(
        data: &Data<'_>,
        link: Link,
        own: Option<&dyn Fn(usize, f64) -> Option<f64>>,
        advice: &mut Advice,
    ) -> Result<Outputs> {
        let function = match link {
            Link::Sigmoid => "sigmoid",
            Link::Softmax(_) => "softmax",
        };
        let announced = data.output == Output::Probabilities;
        let Some(view) = &data.prediction else {
            let reading = if announced { Reading::Probabilities } else { Reading::Logits };
            return Ok(Outputs { reading, seen: unseen(data.output), function });
        };
        let range = Range::of(view, announced)?;
        let row_error = match link {
            Link::Softmax(axis) if range.within_unit => Some(row_sum_error(view, axis)),
            _ => None,
        };
        let alike = range.within_unit
            && match row_error {
                Some(error) => error <= ROW_SUM_TOLERANCE,
                None => range.low < range.high,
            };
        let reading = match data.output {
            Output::Probabilities => Reading::Probabilities,
            Output::Unknown if alike => Reading::Probabilities,
            Output::Logits | Output::Scores if alike => Reading::Suspect,
            _ => Reading::Logits,
        };
        if let (Some(error), true) = (row_error, reading != Reading::Logits) {
            advice.fact("row_sum_error", error);
        }
        let seen = match reading {
            Reading::Logits => format!(
                "The {} from {} to {} and are read as logits. ",
                plural(view.count, "prediction lies", "predictions lie"),
                short(range.low),
                short(range.high)
            ),
            Reading::Suspect => suspicion(view, link),
            Reading::Probabilities => {
                let saturation = Saturation::of(view, own);
                saturation.record(view, advice);
                let mut seen = String::new();
                if !announced {
                    seen += &format!("All {} predictions lie in [0, 1] and are read as probabilities. ", view.count);
                }
                if let Some(error) = row_error.filter(|error| *error > ROW_SUM_TOLERANCE) {
                    seen += &format!(
                        "Rows of these probabilities miss the sum 1 by up to {}; the loss does not rescale them. ",
                        short(error)
                    );
                }
                seen + &saturation.sentence(view, link)
            }
        };
        Ok(Outputs { reading, seen, function })
    }

    /// The form of every spec below the first places.
    pub fn form(&self) -> Form {
        match self.reading {
            Reading::Probabilities => Form::Probabilities,
            Reading::Logits | Reading::Suspect => Form::Plain,
        }
    }

    /// The loss that comes first, and where the model emits probabilities, the same loss on those.
    pub fn recommend_first(&self, advice: &mut Advice, reason: &str, build: &dyn Fn(Form) -> String) {
        let Outputs { reading, seen, function } = self;
        match reading {
            Reading::Logits => advice.recommend(build(Form::Plain), format!("{seen}{reason}")),
            Reading::Probabilities => {
                let switch = format!(
                    "Remove the model's final {function} and let the loss apply it to logits, where nothing is lost. "
                );
                advice.recommend(build(Form::Logits), format!("{seen}{switch}{reason}"));
                let now =
                    format!("Fits the probabilities that the model emits now, without any change to it. {reason}");
                advice.recommend(build(Form::Probabilities), now);
            }
            Reading::Suspect => {
                advice.recommend(build(Form::Plain), format!("{seen}{reason}"));
                let now = format!("Right if these predictions are probabilities, as they look. {reason}");
                advice.recommend(build(Form::Probabilities), now);
            }
        }
    }

    /// A loss that takes logits only: for a model that emits probabilities, a later possibility.
    pub fn recommend_on_logits(&self, advice: &mut Advice, reason: &str, build: &dyn Fn(Form) -> String) {
        if self.reading == Reading::Probabilities {
            let function = self.function;
            let reason = format!("Only after switching to logits (the final {function} removed). {reason}");
            advice.recommend(build(Form::Logits), reason);
        } else {
            advice.recommend(build(Form::Plain), reason);
        }
    }

    /// Fills a buffer with the probabilities of a row's classes; for a sigmoid, those of 0 and 1.
    pub fn fill(&self, view: &View<'_>, link: Link, row: usize, probabilities: &mut [f64]) {
        let given = self.reading != Reading::Logits;
        match link {
            Link::Sigmoid => {
                let value = view.get(row);
                let positive = if given { value } else { 1.0 / (1.0 + (-value).exp()) };
                for (class, probability) in probabilities.iter_mut().enumerate() {
                    *probability = if class == 1 { positive } else { 1.0 - positive };
                }
            }
            Link::Softmax(axis) => {
                for (class, probability) in probabilities.iter_mut().enumerate() {
                    *probability = view.get(axis.element(row, class));
                }
                if !given {
                    softmax(probabilities);
                }
            }
        }
    }
}

fn softmax(values: &mut [f64]) {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    for value in values.iter_mut() {
        *value = (*value - largest).exp();
    }
    let sum: f64 = values.iter().sum();
    for value in values.iter_mut() {
        *value /= sum;
    }
}

/// What can be said of outputs that were not shown.
fn unseen(output: Output) -> String {
    let text = match output {
        Output::Probabilities => {
            "No predictions were shown, so it cannot be said how many of the model's probabilities have rounded to \
             exactly 0 or 1; show some to know. "
        }
        Output::Scores => "The model's scores are taken for logits. ",
        Output::Unknown => "It was not said what the model emits; this spec expects logits. ",
        Output::Logits => "",
    };
    text.to_string()
}

/// The smallest and the largest prediction; where probabilities were announced, none may lie outside [0, 1].
struct Range {
    low: f64,
    high: f64,
    within_unit: bool,
}

impl Range {
    fn of(view: &View<'_>, announced: bool) -> Result<Range> {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for index in 0..view.count {
            let value = view.finite(index)?;
            if announced && !(0.0..=1.0).contains(&value) {
                let wrong = "is outside [0, 1], where probabilities lie";
                return Err(view.refuse(Status::InvalidArgument, index, value, wrong));
            }
            low = low.min(value);
            high = high.max(value);
        }
        Ok(Range { low, high, within_unit: low >= 0.0 && high <= 1.0 })
    }
}

fn row_sum_error(view: &View<'_>, axis: Axis) -> f64 {
    let error = |row: usize| {
        let sum: f64 = (0..axis.classes).map(|class| view.get(axis.element(row, class))).sum();
        (sum - 1.0).abs()
    };
    (0..axis.rows()).map(error).fold(0.0, f64::max)
}

/// Why predictions announced as logits are doubted, and what it costs if they are not.
fn suspicion(view: &View<'_>, link: Link) -> String {
    let e = std::f64::consts::E;
    match link {
        Link::Sigmoid => format!(
            "These predictions look like probabilities, not logits: all {} lie in [0, 1]. If the model ends in a \
             sigmoid, the loss would apply a second one, and a certain 1 would still lose {}: remove the sigmoid, \
             or use from=probs. ",
            view.count,
            short((1.0 + 1.0 / e).ln())
        ),
        Link::Softmax(axis) => format!(
            "These predictions look like probabilities, not logits: all {} lie in [0, 1] and all {} rows sum to 1. \
             If the model ends in a softmax, the loss would apply a second one, and a perfect row would still lose \
             {}: remove the softmax, or use from=probs. ",
            view.count,
            axis.rows(),
            short((1.0 + axis.classes.saturating_sub(1) as f64 / e).ln())
        ),
    }
}
