//! The advisor of the C ABI.

use std::ffi::{CString, c_char};

use super::error::{lk_error, lk_status};
use super::guard::{guard, shield};
use super::loss::beyond;
use super::pointer::{self, Place};
use super::tensor::{self, lk_tensor};
use crate::advise::{Advice, Output, Question, Sample, Task, advise};
use crate::error::{Error, Result, Status};
use crate::tensor::Tensor;

/// lk_advise_options.task: numbers
pub const LK_TASK_REGRESSION: u32 = 1;
/// lk_advise_options.task: yes or no for each element
pub const LK_TASK_BINARY: u32 = 2;
/// lk_advise_options.task: one of several classes for each row
pub const LK_TASK_MULTICLASS: u32 = 3;
/// lk_advise_options.task: any of several labels for each row
pub const LK_TASK_MULTILABEL: u32 = 4;
/// lk_advise_options.task: a class for each pixel
pub const LK_TASK_SEGMENTATION: u32 = 5;
/// lk_advise_options.task: scores that keep a margin
pub const LK_TASK_MAX_MARGIN: u32 = 6;

/// lk_advise_options.output: not known
pub const LK_OUTPUT_UNKNOWN: u32 = 0;
/// lk_advise_options.output: numbers without a scale of their own
pub const LK_OUTPUT_SCORES: u32 = 1;
/// lk_advise_options.output: before a sigmoid or softmax
pub const LK_OUTPUT_LOGITS: u32 = 2;
/// lk_advise_options.output: after a sigmoid or softmax
pub const LK_OUTPUT_PROBABILITIES: u32 = 3;

/// A question to the advisor. `task` must be set; zero means not known for the other fields.
#[repr(C)]
pub struct lk_advise_options {
    /// sizeof(lk_advise_options).
    pub struct_size: u32,
    /// LK_TASK_...
    pub task: u32,
    /// LK_OUTPUT_...: what the model emits.
    pub output: u32,
    /// The number of classes; 0: from the predictions' class axis, or the largest label + 1.
    pub class_count: u32,
    /// The targets. NULL: not shown.
    pub target: *const lk_tensor,
    /// The model's predictions. NULL: not shown. Of target's shape for regression and binary; with classes on axis 1
    /// otherwise.
    pub prediction: *const lk_tensor,
}

/// Ranked losses with reasons, and the numbers they rest on.
pub struct lk_advice {
    items: Vec<(CString, CString)>,
    evidence: Vec<(CString, f64)>,
}

/// Which loss should I use? Answers with ranked specs, each ready for lk_loss_create(), each with its reason in words.
///
/// The data, where it is shown, is read once or twice and not kept; weights and parameters are computed from it.
/// Without data the reasons say what cannot be known. On success *advice is to be given back to lk_advice_destroy().
///
/// # Safety
/// The pointers are NULL or valid, options->struct_size is set, and the tensors' elements may be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lk_advise(
    options: *const lk_advise_options,
    advice: *mut *mut lk_advice,
    error: *mut lk_error,
) -> lk_status {
    // SAFETY: the caller's.
    unsafe {
        guard("lk_advise", error, || {
            let place = Place::new(advice, "advice")?;
            let options = pointer::sized(options, "options")?;
            let target = shown(options.target, "target")?;
            let prediction = shown(options.prediction, "prediction")?;
            let answer = answer(options, target.as_ref(), prediction.as_ref())?;
            place.write(Box::into_raw(Box::new(answer)));
            Ok(())
        })
    }
}

/// # Safety
/// The tensor is NULL or valid, and its elements may be read.
unsafe fn shown<'a>(tensor: *const lk_tensor, name: &str) -> Result<Option<Tensor<'a>>> {
    if tensor.is_null() {
        return Ok(None);
    }
    let mut place = Tensor::default();
    // SAFETY: the caller's.
    unsafe { tensor::input(tensor, name, &mut place)? };
    Ok(Some(place))
}

fn answer(
    options: &lk_advise_options,
    target: Option<&Tensor<'_>>,
    prediction: Option<&Tensor<'_>>,
) -> Result<lk_advice> {
    let task = match options.task {
        LK_TASK_REGRESSION => Task::Regression,
        LK_TASK_BINARY => Task::Binary,
        LK_TASK_MULTICLASS => Task::Multiclass,
        LK_TASK_MULTILABEL => Task::Multilabel,
        LK_TASK_SEGMENTATION => Task::Segmentation,
        LK_TASK_MAX_MARGIN => Task::MaxMargin,
        other => return Err(unknown("task", other, "LK_TASK_REGRESSION (1) to LK_TASK_MAX_MARGIN (6)")),
    };
    let output = match options.output {
        LK_OUTPUT_UNKNOWN => Output::Unknown,
        LK_OUTPUT_SCORES => Output::Scores,
        LK_OUTPUT_LOGITS => Output::Logits,
        LK_OUTPUT_PROBABILITIES => Output::Probabilities,
        other => return Err(unknown("output", other, "LK_OUTPUT_UNKNOWN (0) to LK_OUTPUT_PROBABILITIES (3)")),
    };
    let (target_view, prediction_view) = (target.map(Tensor::elements), prediction.map(Tensor::elements));
    let target_element = |index: usize| target_view.as_ref().map_or(f64::NAN, |view| view.element(index));
    let prediction_element = |index: usize| prediction_view.as_ref().map_or(f64::NAN, |view| view.element(index));
    let sample = |tensor: &Tensor<'_>| !tensor.dtype().is_float();
    let question = Question {
        task,
        output,
        class_count: (options.class_count != 0).then_some(options.class_count as usize),
        target: target.map(|tensor| Sample {
            shape: tensor.shape().extents(),
            element: &target_element,
            integer: sample(tensor),
        }),
        prediction: prediction.map(|tensor| Sample {
            shape: tensor.shape().extents(),
            element: &prediction_element,
            integer: sample(tensor),
        }),
    };
    Ok(lk_advice::from(advise(&question)?))
}

fn unknown(field: &str, found: u32, expected: &str) -> Error {
    Error::new(Status::InvalidArgument, format!("options->{field} is {found}; expected {expected}"))
}

impl From<Advice> for lk_advice {
    fn from(advice: Advice) -> lk_advice {
        let text = |text: String| CString::new(text).unwrap_or_default();
        let items = advice.recommendations.into_iter().map(|item| (text(item.spec), text(item.reason))).collect();
        let evidence = advice.evidence.into_iter().map(|(name, number)| (text(name), number)).collect();
        lk_advice { items, evidence }
    }
}

/// Gives an advice back. NULL is allowed.
///
/// # Safety
/// `advice` is NULL or came from lk_advise() and was not destroyed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lk_advice_destroy(advice: *mut lk_advice) {
    shield("lk_advice_destroy", (), || {
        if !advice.is_null() {
            // SAFETY: the caller's.
            drop(unsafe { Box::from_raw(advice) });
        }
    });
}

/// The number of losses in an advice, best first; 0 for NULL.
///
/// # Safety
/// `advice` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lk_advice_count(advice: *const lk_advice) -> usize {
    // SAFETY: the caller's.
    shield("lk_advice_count", 0, || unsafe { advice.as_ref() }.map_or(0, |advice| advice.items.len()))
}

/// One loss of an advice: its spec and the reason for it. Either of `spec` and `reason` may be NULL. The text lives as
/// long as the advice.
///
/// # Safety
/// The pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lk_advice_item(
    advice: *const lk_advice,
    index: usize,
    spec: *mut *const c_char,
    reason: *mut *const c_char,
    error: *mut lk_error,
) -> lk_status {
    // SAFETY: the caller's.
    unsafe {
        guard("lk_advice_item", error, || {
            let items = &pointer::shared(advice, "advice")?.items;
            let item = items.get(index).ok_or_else(|| beyond("item", index, items.len()))?;
            let spec = optional(spec, "spec")?;
            let reason = optional(reason, "reason")?;
            spec.into_iter().for_each(|place| place.write(item.0.as_ptr()));
            reason.into_iter().for_each(|place| place.write(item.1.as_ptr()));
            Ok(())
        })
    }
}

/// The number of numbers that an advice rests on; 0 for NULL.
///
/// # Safety
/// `advice` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lk_advice_evidence_count(advice: *const lk_advice) -> usize {
    // SAFETY: the caller's.
    shield("lk_advice_evidence_count", 0, || unsafe { advice.as_ref() }.map_or(0, |advice| advice.evidence.len()))
}

/// One number that an advice rests on, such as "imbalance_ratio". Either of `name` and `value` may be NULL. The name
/// lives as long as the advice.
///
/// # Safety
/// The pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lk_advice_evidence(
    advice: *const lk_advice,
    index: usize,
    name: *mut *const c_char,
    value: *mut f64,
    error: *mut lk_error,
) -> lk_status {
    // SAFETY: the caller's.
    unsafe {
        guard("lk_advice_evidence", error, || {
            let evidence = &pointer::shared(advice, "advice")?.evidence;
            let item = evidence.get(index).ok_or_else(|| beyond("evidence", index, evidence.len()))?;
            let name = optional(name, "name")?;
            let value = optional(value, "value")?;
            name.into_iter().for_each(|place| place.write(item.0.as_ptr()));
            value.into_iter().for_each(|place| place.write(item.1));
            Ok(())
        })
    }
}

/// A place that may be left out.
///
/// # Safety
/// As [`Place::new`].
unsafe fn optional<T>(pointer: *mut T, name: &str) -> Result<Option<Place<T>>> {
    // SAFETY: the caller's.
    if pointer.is_null() { Ok(None) } else { unsafe { Place::new(pointer, name) }.map(Some) }
}
