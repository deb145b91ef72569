//! Numbers and specs as people read them: few digits, no noise.

use std::fmt::Display;

/// Digits of weights in a spec: enough for 500.5, the weight of one class in a thousand.
pub(super) const WEIGHT_DIGITS: usize = 4;

/// Digits of all other numbers.
pub(super) const DIGITS: usize = 3;

/// The nearest number with that many significant decimal digits; the number itself where that would be infinite.
pub(super) fn rounded(value: f64, digits: usize) -> f64 {
    let digits = digits.clamp(1, 17);
    format!("{value:.*e}", digits - 1).parse().ok().filter(|number: &f64| number.is_finite()).unwrap_or(value)
}

/// A number in plain or scientific notation, whichever is shorter to read; valid in a spec when it is finite.
pub(super) fn number(value: f64, digits: usize) -> String {
    let value = if value == 0.0 { 0.0 } else { rounded(value, digits) };
    let magnitude = value.abs();
    if value == 0.0 || !value.is_finite() || (1e-3..1e7).contains(&magnitude) {
        format!("{value}")
    } else {
        format!("{value:e}")
    }
}

/// A number with the usual digits.
pub(super) fn short(value: f64) -> String {
    number(value, DIGITS)
}

/// A share as a percentage that never claims all or nothing wrongly.
pub(super) fn percent(share: f64) -> String {
    let hundredfold = 100.0 * share;
    let digits = (DIGITS..17).find(|digits| share >= 1.0 || rounded(hundredfold, *digits) < 100.0).unwrap_or(17);
    format!("{} %", number(hundredfold, digits))
}

/// Counts of examples are whole; soft mass is not.
pub(super) fn count(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 { format!("{value:.0}") } else { short(value) }
}

/// `1 label`, `2 labels`.
pub(super) fn plural(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A loss of a spec, made parameter by parameter.
#[derive(Clone)]
pub(super) struct Spec {
    name: &'static str,
    parameters: Vec<String>,
}

impl Spec {
    pub fn new(name: &'static str) -> Spec {
        Spec { name, parameters: Vec::new() }
    }

    /// Adds a parameter whose value is a word, a boolean or ready text.
    pub fn with(mut self, key: &str, value: impl Display) -> Spec {
        self.parameters.push(format!("{key}={value}"));
        self
    }

    /// Adds a number, rounded to some significant digits.
    pub fn with_number(self, key: &str, value: f64, digits: usize) -> Spec {
        self.with(key, number(value, digits))
    }

    /// Adds a list of numbers.
    pub fn with_list(self, key: &str, values: &[f64]) -> Spec {
        let values: Vec<String> = values.iter().map(|value| number(*value, WEIGHT_DIGITS)).collect();
        self.with(key, format_args!("[{}]", values.join(", ")))
    }

    /// Adds what a closure adds, if there is something to add.
    pub fn with_some<T>(self, value: Option<T>, add: impl FnOnce(Spec, T) -> Spec) -> Spec {
        match value {
            Some(value) => add(self, value),
            None => self,
        }
    }

    pub fn text(&self) -> String {
        if self.parameters.is_empty() {
            self.name.to_string()
        } else {
            format!("{}({})", self.name, self.parameters.join(", "))
        }
    }
}
