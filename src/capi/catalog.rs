//! The catalog of the C ABI.

use std::ffi::{CString, c_char};
use std::sync::OnceLock;

use super::error::{lk_error, lk_status};
use super::guard::{guard, shield};
use super::loss::beyond;
use super::pointer;
use crate::catalog::{CATALOG, Declaration, Kinds, Parameter};
use crate::spec::range_text;

/// lk_parameter_info.kinds: a finite number, 0.5
pub const LK_KIND_NUMBER: u32 = 1;
/// lk_parameter_info.kinds: a whole number, -100
pub const LK_KIND_INTEGER: u32 = 2;
/// lk_parameter_info.kinds: true or false
pub const LK_KIND_BOOLEAN: u32 = 4;
/// lk_parameter_info.kinds: one of the words in range
pub const LK_KIND_WORD: u32 = 8;
/// lk_parameter_info.kinds: a list of numbers, [0.2, 0.8]
pub const LK_KIND_NUMBERS: u32 = 16;
/// lk_parameter_info.kinds: a list of whole numbers, [1, 2]
pub const LK_KIND_INTEGERS: u32 = 32;
/// lk_parameter_info.kinds: a tensor of the call, \@name
pub const LK_KIND_OPERAND: u32 = 64;
/// lk_parameter_info.kinds: the word none
pub const LK_KIND_NONE: u32 = 128;

const _: () = assert!(LK_KIND_NUMBER == Kinds::NUMBER.0 && LK_KIND_NONE == Kinds::NONE.0);

/// One loss of the catalog. All text is static.
#[repr(C)]
pub struct lk_loss_info {
    /// In: sizeof(lk_loss_info).
    pub struct_size: u32,
    /// The number of its parameters.
    pub parameter_count: u32,
    /// The name in a spec: "huber", "keras.huber".
    pub name: *const c_char,
    /// One sentence: what it measures.
    pub summary: *const c_char,
    /// The formula per element, row or region.
    pub formula: *const c_char,
    /// Subgradients, clamp constants, divisor and conventions.
    pub details: *const c_char,
    /// The tasks it suits: "binary, multilabel".
    pub tasks: *const c_char,
    /// Where the definition comes from.
    pub reference: *const c_char,
}

/// One parameter of a loss of the catalog. All text is static.
#[repr(C)]
pub struct lk_parameter_info {
    /// In: sizeof(lk_parameter_info).
    pub struct_size: u32,
    /// What it accepts: LK_KIND_NUMBER and the others, or-ed.
    pub kinds: u32,
    /// The word before '='.
    pub name: *const c_char,
    /// The value when it is not given, as spec text: "1e-5", "logits", "none", "@input".
    pub default_value: *const c_char,
    /// "(0, inf)", "[0, 1)", "logits | probs", or "" if anything of its kinds will do.
    pub range: *const c_char,
    /// One sentence: what it does.
    pub summary: *const c_char,
}

struct LossText {
    texts: [CString; 6],
    parameters: Vec<(u32, [CString; 4])>,
}

fn texts() -> &'static [LossText] {
    static TEXTS: OnceLock<Vec<LossText>> = OnceLock::new();
    TEXTS.get_or_init(|| CATALOG.iter().map(|declaration| loss_text(declaration)).collect())
}

fn loss_text(declaration: &Declaration) -> LossText {
    let tasks = declaration.tasks.join(", ");
    let texts = [
        declaration.name,
        declaration.summary,
        declaration.formula,
        declaration.details,
        &tasks,
        declaration.reference,
    ];
    LossText {
        texts: texts.map(|text| CString::new(text).unwrap_or_default()),
        parameters: declaration.parameters().map(parameter_text).collect(),
    }
}

fn parameter_text(parameter: &Parameter) -> (u32, [CString; 4]) {
    let range = range_text(parameter);
    let texts = [parameter.name, parameter.default, &range, parameter.summary];
    (parameter.kinds.0, texts.map(|text| CString::new(text).unwrap_or_default()))
}

/// The number of losses in the catalog.
#[unsafe(no_mangle)]
pub extern "C" fn lk_catalog_count() -> usize {
    shield("lk_catalog_count", 0, || CATALOG.len())
}

/// Describes one loss of the catalog.
///
/// # Safety
/// The pointers are NULL or valid; info->struct_size is set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lk_catalog_loss(index: usize, info: *mut lk_loss_info, error: *mut lk_error) -> lk_status {
    // SAFETY: the caller's.
    unsafe {
        guard("lk_catalog_loss", error, || {
            let place = pointer::sized_output(info, "info")?;
            let loss = texts().get(index).ok_or_else(|| beyond("loss", index, CATALOG.len()))?;
            let [name, summary, formula, details, tasks, reference] = &loss.texts;
            place.write(lk_loss_info {
                struct_size: (*info).struct_size,
                parameter_count: loss.parameters.len() as u32,
                name: name.as_ptr(),
                summary: summary.as_ptr(),
                formula: formula.as_ptr(),
                details: details.as_ptr(),
                tasks: tasks.as_ptr(),
                reference: reference.as_ptr(),
            });
            Ok(())
        })
    }
}

/// Describes one parameter of one loss of the catalog.
///
/// # Safety
/// The pointers are NULL or valid; info->struct_size is set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lk_catalog_parameter(
    loss: usize,
    index: usize,
    info: *mut lk_parameter_info,
    error: *mut lk_error,
) -> lk_status {
    // SAFETY: the caller's.
    unsafe {
        guard("lk_catalog_parameter", error, || {
            let place = pointer::sized_output(info, "info")?;
            let parameters = &texts().get(loss).ok_or_else(|| beyond("loss", loss, CATALOG.len()))?.parameters;
            let parameter = parameters.get(index).ok_or_else(|| beyond("parameter", index, parameters.len()))?;
            let [name, default_value, range, summary] = &parameter.1;
            place.write(lk_parameter_info {
                struct_size: (*info).struct_size,
                kinds: parameter.0,
                name: name.as_ptr(),
                default_value: default_value.as_ptr(),
                range: range.as_ptr(),
                summary: summary.as_ptr(),
            });
            Ok(())
        })
    }
}
