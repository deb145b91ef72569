//! The advisor: which loss suits this task, this model and these data, and with which parameters.
//!
//! [`advise`] reads the targets and predictions that a caller has and returns specs in losskit's own vocabulary, best
//! first, each with the numbers that speak for it. One call takes one or two passes over the data:
//!
//! 1. `sample` opens the tensors, checks their shapes and reads labels, refusing the first one that cannot be one;
//! 2. `outputs` finds out whether the predictions are logits or probabilities;
//! 3. one file per task counts and measures (`regression`, `binary`, `multiclass`, `multilabel`, `segmentation`,
//!    `margin`), with `classes` for weights and `noise` for labels that the predictions contradict;
//! 4. `text` writes numbers and specs as people read them.
//!
//! # Evidence
//!
//! Every number that a reason quotes is also returned by name. A name is present when its number could be computed.
//!
//! | name | meaning |
//! |---|---|
//! | `sample_count` | elements, rows (where there is a class axis) or images (segmentation) of the target |
//! | `measured_count` | elements or rows drawn for medians and label noise, when fewer than `sample_count` |
//! | `class_count` | classes, or labels of a multilabel target |
//! | `class_0_count`, `class_1_count`, … | examples, pixels or soft mass of each class, for up to 1000 classes |
//! | `empty_class_count` | classes without an example |
//! | `imbalance_ratio` | count of the largest class over that of the smallest one that has examples |
//! | `positive_share` | share of ones in a binary or multilabel target |
//! | `pos_weight` | negatives over positives |
//! | `focal_gamma`, `focal_alpha` | the parameters advised for `focal` |
//! | `labels_per_row` | mean number of ones in a row of a multilabel target |
//! | `effective_number_beta` | β = (n−1)/n of the effective-number weights |
//! | `foreground_share` | share of pixels that belong to a foreground class |
//! | `smallest_class_share` | pixel share of the rarest class that occurs |
//! | `empty_mask_count` | images without any foreground |
//! | `empty_region_share` | share of (image, foreground class) pairs without a pixel |
//! | `residual_median`, `target_median` | the middle of the residuals, or of the targets without predictions |
//! | `mad_scale` | 1.4826 · median absolute deviation: the standard deviation, where the data are normal |
//! | `outlier_share`, `outlier_share_normal` | share further than 3 scales from the median, and what a normal gives |
//! | `outlier_square_share` | the outliers' share of the sum of squared deviations, which is what `mse` sees |
//! | `mse_variance`, `huber_variance`, `mae_variance` | asymptotic variance of each loss's fit, in squared scales |
//! | `huber_delta` | 1.345 · scale |
//! | `saturated_share` | share of probabilities that are exactly 0 or 1 |
//! | `nearest_distance` | smallest non-zero distance of a probability from 0 or 1 |
//! | `zero_probability_count` | labels whose own probability is exactly 0 |
//! | `row_sum_error` | largest distance of a row of probabilities from the sum 1 |
//! | `accuracy`, `majority_share` | share of labels that the predictions hit, and that the commonest label would hit |
//! | `mean_calibration_gap` | mean confidence minus accuracy: positive where the model is overconfident |
//! | `label_noise` | estimated share of wrong labels, by confident learning |
//! | `margin_violation_share` | share of examples inside the margin or on the wrong side |
//! | `l2_coefficient` | factor of the l2 term, 1/(2n) |

mod binary;
mod classes;
mod margin;
mod multiclass;
mod multilabel;
mod noise;
mod outputs;
mod regression;
mod sample;
mod segmentation;
mod text;

#[cfg(test)]
mod tests;

use std::fmt;

use crate::error::Result;
use sample::Data;

/// What the model is to learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Task {
    /// A real number per element; targets of any shape.
    Regression,
    /// One of two classes per element; targets 0 or 1, of any shape.
    Binary,
    /// One of C classes per row; targets are labels `[N]` or dense `[N, C]`, predictions `[N, C]`.
    Multiclass,
    /// Any subset of L labels per row; targets and predictions `[N, L]`, ones and zeros.
    Multilabel,
    /// A class per pixel: label masks `[N, H, W]`, binary masks `[N, 1, H, W]` or one-hot masks `[N, C, H, W]`.
    Segmentation,
    /// Scores with a margin, as in a support vector machine; labels -1 and 1, 0 and 1, or whole numbers.
    MaxMargin,
}

/// What the model emits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Output {
    /// Not said: read from the predictions where they are shown, else taken for logits.
    Unknown,
    /// Unbounded scores.
    Scores,
    /// Log-odds, before any sigmoid or softmax.
    Logits,
    /// Probabilities in [0, 1], after a sigmoid or softmax.
    Probabilities,
}

/// A tensor shown to the advisor: its shape, and a reader of its elements by row-major flat index.
#[derive(Clone, Copy)]
pub struct Sample<'a> {
    /// The sizes of the dimensions, outermost first; empty for a single number.
    pub shape: &'a [usize],
    /// The element at a flat index below the product of the shape, as f64.
    pub element: &'a dyn Fn(usize) -> f64,
    /// Whether the tensor's type is an integer type or bool.
    pub integer: bool,
}

impl fmt::Debug for Sample<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Sample")
            .field("shape", &self.shape)
            .field("integer", &self.integer)
            .finish_non_exhaustive()
    }
}

/// What is asked of the advisor: task and output are always known, the rest where the caller has it.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// What the model is to learn.
    pub task: Task,
    /// What the model emits.
    pub output: Output,
    /// The number of classes; without it, the predictions' class axis or the largest label decides.
    pub class_count: Option<usize>,
    /// Labels or values to learn.
    pub target: Option<Sample<'a>>,
    /// What the model answers for these targets; classes, where there are any, on axis 1.
    pub prediction: Option<Sample<'a>>,
}

/// The answer: specs, best first, and the numbers that they rest on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Advice {
    /// Specs for `Loss::parse`, best first, without repetition.
    pub recommendations: Vec<Recommendation>,
    /// Finite numbers by name, as the module's documentation lists them.
    pub evidence: Vec<(String, f64)>,
}

/// One spec and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recommendation {
    /// A loss as text.
    pub spec: String,
    /// Why, in sentences that quote what the data showed.
    pub reason: String,
}

impl Advice {
    /// Adds a spec below those already there; a spec that is there keeps its better place.
    fn recommend(&mut self, spec: impl Into<String>, reason: impl Into<String>) {
        let spec = spec.into();
        if self.recommendations.iter().all(|known| known.spec != spec) {
            let reason = reason.into().trim().to_string();
            self.recommendations.push(Recommendation { spec, reason });
        }
    }

    /// Records a number; one that is not finite says nothing and is left out.
    fn fact(&mut self, name: impl Into<String>, value: f64) {
        if value.is_finite() {
            self.evidence.push((name.into(), value));
        }
    }
}

/// Answers "which loss should I use?" for a task, a model and the data shown.
///
/// A tensor without elements counts as not shown. Time is linear in the data; at most a million elements are copied.
///
/// # Errors
///
/// - `InvalidShape`: target and prediction do not fit each other or the task.
/// - `InvalidDtype`: predictions of an integer type where confidence is needed.
/// - `InvalidTarget`: a label that is not finite, not whole, or outside the classes, with its flat index.
/// - `InvalidArgument`: a prediction that is not finite, or not in [0, 1] where probabilities were announced, with its
///   flat index; a `class_count` that contradicts the data or the task.
pub fn advise(question: &Question<'_>) -> Result<Advice> {
    let data = Data::open(question)?;
    let mut advice = Advice::default();
    match question.task {
        Task::Regression => regression::advise(&data, &mut advice)?,
        Task::Binary => binary::advise(&data, &mut advice)?,
        Task::Multiclass => multiclass::advise(&data, &mut advice)?,
        Task::Multilabel => multilabel::advise(&data, &mut advice)?,
        Task::Segmentation => segmentation::advise(&data, &mut advice)?,
        Task::MaxMargin => margin::advise(&data, &mut advice)?,
    }
    Ok(advice)
}
