//! Opens what the caller shows: shapes, finite numbers, labels, and draws from long tensors.

use super::text::plural;
use super::{Output, Question, Sample};
use crate::error::{Error, Result, Status};

/// More classes than this are refused: counting them would take memory that a wrong label could ask for.
pub(super) const MAX_CLASSES: usize = 1 << 20;

/// Medians need a copy; beyond this many elements a fixed draw stands for all.
pub(super) const MAX_MEASURED: usize = 1_000_000;

/// The question with its tensors opened; a tensor without elements is not there, but remembered.
pub(super) struct Data<'a> {
    pub output: Output,
    pub class_count: Option<usize>,
    pub target: Option<View<'a>>,
    pub prediction: Option<View<'a>>,
    empty: Option<&'static str>,
}

impl<'a> Data<'a> {
    pub fn open(question: &Question<'a>) -> Result<Data<'a>> {
        let target = question.target.map(|sample| View::open("target", sample)).transpose()?;
        let prediction = question.prediction.map(|sample| View::open("prediction", sample)).transpose()?;
        let class_count = question.class_count.filter(|count| *count > 0);
        if let Some(count) = class_count
            && count > MAX_CLASSES
        {
            return Err(Error::new(
                Status::InvalidArgument,
                format!("class_count = {count} is more than the {MAX_CLASSES} classes that the advisor counts"),
            ));
        }
        let has_elements = |view: &View<'_>| view.count > 0;
        let empty = [&target, &prediction].into_iter().flatten().find(|view| view.count == 0).map(|view| view.name);
        if let (Some(target), Some(prediction)) = (&target, &prediction)
            && (target.count == 0) != (prediction.count == 0)
        {
            return Err(shapes_differ(target, prediction, "one of them is empty"));
        }
        Ok(Data {
            output: question.output,
            class_count,
            target: target.filter(has_elements),
            prediction: prediction.filter(has_elements),
            empty,
        })
    }

    /// Why there are no targets to judge by, as the beginning of a sentence.
    pub fn without_target(&self) -> String {
        match (self.empty, &self.prediction) {
            (Some(name), _) => format!("The {name} shown is empty (0 elements) and counts as not shown"),
            (None, Some(prediction)) => {
                format!("No targets were shown with the {}", plural(prediction.count, "prediction", "predictions"))
            }
            (None, None) => "No targets were shown".to_string(),
        }
    }

    /// Target and prediction of one shape, as elementwise losses need them.
    pub fn require_equal_shapes(&self, expected: &str) -> Result<()> {
        match (&self.target, &self.prediction) {
            (Some(target), Some(prediction)) if target.shape() != prediction.shape() => {
                Err(shapes_differ(target, prediction, expected))
            }
            _ => Ok(()),
        }
    }

    /// Predictions of classes must carry confidence, which whole numbers do not.
    pub fn require_float_predictions(&self) -> Result<()> {
        match &self.prediction {
            Some(prediction) if prediction.sample.integer => Err(Error::new(
                Status::InvalidDtype,
                "prediction is of an integer type; scores, logits or probabilities of a floating type are expected, \
                 not decided classes",
            )),
            _ => Ok(()),
        }
    }
}

/// The refusal of two shapes, with the rule that they break.
pub(super) fn shapes_differ(target: &View<'_>, prediction: &View<'_>, rule: &str) -> Error {
    Error::new(
        Status::InvalidShape,
        format!(
            "target has shape {} and prediction {}: {rule}",
            shape_text(target.shape()),
            shape_text(prediction.shape())
        ),
    )
}

/// A shape as text; of an absurd rank, only its beginning.
pub(super) fn shape_text(shape: &[usize]) -> String {
    if shape.len() > 8 {
        return format!("of rank {}", shape.len());
    }
    format!("{shape:?}")
}

/// An opened tensor.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    name: &'static str,
    sample: Sample<'a>,
    /// The number of elements; it fits, even where a class axis of [`MAX_CLASSES`] is counted twice.
    pub count: usize,
}

impl<'a> View<'a> {
    fn open(name: &'static str, sample: Sample<'a>) -> Result<View<'a>> {
        let product = sample.shape.iter().try_fold(1usize, |product, size| product.checked_mul(*size));
        // A zero anywhere means no elements, however large the other sizes are.
        let count = if sample.shape.contains(&0) { Some(0) } else { product };
        match count {
            Some(count) if count <= isize::MAX as usize => Ok(View { name, sample, count }),
            _ => Err(Error::new(
                Status::InvalidShape,
                format!("{name} has shape {}, more elements than memory has", shape_text(sample.shape)),
            )),
        }
    }

    pub fn shape(&self) -> &'a [usize] {
        self.sample.shape
    }

    /// The element as it is.
    pub fn get(&self, index: usize) -> f64 {
        (self.sample.element)(index)
    }

    /// A refusal of one element: `name[index] = value` and what is wrong with it.
    pub fn refuse(&self, status: Status, index: usize, value: f64, wrong: &str) -> Error {
        let value = super::text::number(value, 17);
        Error::new(status, format!("{}[{index}] = {value} {wrong}", self.name)).at(index)
    }

    /// The element, which must be finite.
    pub fn finite(&self, index: usize) -> Result<f64> {
        let value = self.get(index);
        if value.is_finite() {
            return Ok(value);
        }
        let status = if self.name == "target" { Status::InvalidTarget } else { Status::InvalidArgument };
        Err(self.refuse(status, index, value, "is not finite"))
    }

    /// The element as 0 or 1.
    pub fn zero_or_one(&self, index: usize) -> Result<bool> {
        let value = self.finite(index)?;
        if value == 0.0 || value == 1.0 {
            return Ok(value == 1.0);
        }
        let hint = if value == -1.0 {
            "is neither 0 nor 1; labels -1 and 1 belong to the max-margin task"
        } else if value.fract() == 0.0 {
            "is neither 0 nor 1; leave out elements that are to be ignored"
        } else {
            "is neither 0 nor 1; the advisor counts hard labels, soft ones must be rounded"
        };
        Err(self.refuse(Status::InvalidTarget, index, value, hint))
    }

    /// The element as a class label below `classes`.
    pub fn label(&self, index: usize, classes: usize) -> Result<usize> {
        let value = self.finite(index)?;
        if value.fract() != 0.0 {
            return Err(self.refuse(Status::InvalidTarget, index, value, "is not a whole number, as class labels are"));
        }
        if value < 0.0 || value >= classes as f64 {
            let wrong = format!("is outside [0, {classes}); leave out elements that are to be ignored");
            return Err(self.refuse(Status::InvalidTarget, index, value, &wrong));
        }
        Ok(value as usize)
    }

    /// The largest of all labels, each of which is checked.
    pub fn largest_label(&self) -> Result<usize> {
        let mut largest = 0;
        for index in 0..self.count {
            largest = largest.max(self.label(index, MAX_CLASSES)?);
        }
        Ok(largest)
    }

    /// The dimension that holds the classes: axis 1, or the only one.
    pub fn class_axis(&self) -> Axis {
        let axis = usize::from(self.shape().len() > 1);
        let product = |sizes: Option<&[usize]>| sizes.unwrap_or_default().iter().product();
        Axis {
            outer: product(self.shape().get(..axis)),
            classes: self.shape().get(axis).copied().unwrap_or(1),
            inner: product(self.shape().get(axis + 1..)),
        }
    }

    /// The shape without the class dimension.
    pub fn shape_without_classes(&self) -> Vec<usize> {
        let mut shape = self.shape().to_vec();
        if !shape.is_empty() {
            shape.remove(usize::from(shape.len() > 1));
        }
        shape
    }

    /// Whether every row along the class dimension is a distribution: not negative, sum 1 within 1e-3 (half-precision
    /// rounding of a thousand classes).
    pub fn rows_are_distributions(&self) -> bool {
        let axis = self.class_axis();
        (0..axis.rows()).all(|row| {
            let mut sum = 0.0;
            for class in 0..axis.classes {
                let value = self.get(axis.element(row, class));
                if !(0.0..=1.0).contains(&value) {
                    return false;
                }
                sum += value;
            }
            (sum - 1.0).abs() <= 1e-3
        })
    }
}

/// A dimension of classes between outer and inner ones; a row is one (outer, inner) pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Axis {
    pub outer: usize,
    pub classes: usize,
    pub inner: usize,
}

impl Axis {
    pub fn rows(&self) -> usize {
        self.outer * self.inner
    }

    /// The flat index of a class of a row.
    pub fn element(&self, row: usize, class: usize) -> usize {
        let inner = self.inner.max(1);
        (row / inner * self.classes + class) * inner + row % inner
    }
}

/// At most `limit` of `0..count`, ascending: all of them, or one from each of `limit` equal stretches.
///
/// The place inside a stretch comes from a fixed mixing function, so that data with a period is drawn evenly and the
/// same data always gives the same advice.
pub(super) fn draw(count: usize, limit: usize) -> impl Iterator<Item = usize> {
    let taken = count.min(limit.max(1));
    let edge = move |step: usize| (step as u128 * count as u128 / taken.max(1) as u128) as usize;
    (0..taken).map(move |step| {
        let (start, end) = (edge(step), edge(step + 1));
        start + (mix(step as u64) % (end - start).max(1) as u64) as usize
    })
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014): spreads consecutive numbers over all 64 bits.
fn mix(step: u64) -> u64 {
    let mut bits = step.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
