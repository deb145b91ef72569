//! The canonical text of a spec: what prints alike is alike.

use std::fmt;

use super::check::default_value;
use super::{Spec, TermSpec};
use crate::catalog::Value;

/// The shortest decimal that reads back as the same number: plain from 0.001 up to 1e15, with an exponent outside.
///
/// `0`, `0.001`, `-100`, `250000`; `1e-4`, `2.5e-7`, `1e15`. The ends of intervals may be `inf`.
pub(super) fn number(number: f64) -> String {
    let magnitude = number.abs();
    if number == 0.0 || (1e-3..1e15).contains(&magnitude) || !number.is_finite() {
        format!("{number}")
    } else {
        format!("{number:e}")
    }
}

impl fmt::Display for Spec {
    /// Terms joined by ` + ` and ` - `; each parameter that differs from its default, in declaration order.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, term) in self.terms.iter().enumerate() {
            formatter.write_str(match (position, term.coefficient.is_sign_negative()) {
                (0, false) => "",
                (0, true) => "-",
                (_, false) => " + ",
                (_, true) => " - ",
            })?;
            let magnitude = term.coefficient.abs();
            if magnitude != 1.0 {
                write!(formatter, "{}*", number(magnitude))?;
            }
            loss(term, formatter)?;
        }
        Ok(())
    }
}

/// `name(parameter=value, …)`, without the coefficient.
fn loss(term: &TermSpec, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let declaration = term.arguments.declaration;
    formatter.write_str(declaration.name)?;
    let mut separator = "(";
    for (parameter, given) in declaration.parameters().zip(&term.arguments.values) {
        if default_value(parameter).is_ok_and(|default| default == *given) {
            continue;
        }
        write!(formatter, "{separator}{}={}", parameter.name, value(given))?;
        separator = ", ";
    }
    formatter.write_str(if separator == "(" { "" } else { ")" })
}

/// A value as spec text.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::None => "none".to_owned(),
        Value::Number(value) => number(*value),
        Value::Boolean(value) => value.to_string(),
        Value::Word(word) => word.clone(),
        Value::Numbers(items) => {
            let items: Vec<String> = items.iter().copied().map(number).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Operand(name) => format!("@{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::parse;
    use super::*;

    #[test]
    fn numbers_are_plain_in_the_everyday_range() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (-100.0, "-100"),
            (0.1, "0.1"),
            (1.0 / 3.0, "0.3333333333333333"),
            (0.001, "0.001"),
            (0.0015, "0.0015"),
            (0.0001, "1e-4"),
            (0.00025, "2.5e-4"),
            (1e-5, "1e-5"),
            (250000.0, "250000"),
            (999_999_999_999_999.0, "999999999999999"),
            (1e15, "1e15"),
            (-9_223_372_036_854_775_808.0, "-9.223372036854776e18"),
            (f64::MAX, "1.7976931348623157e308"),
            (5e-324, "5e-324"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[track_caller]
    fn prints(text: &str, canonical: &str) {
        let spec = parse(text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(spec.to_string(), canonical);
        let again = parse(canonical).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(again, spec);
        assert_eq!(again.to_string(), canonical);
    }

    #[test]
    fn defaults_are_left_out_and_the_order_is_the_declarations() {
        prints("mse()", "mse");
        prints("huber ( delta = 1.0 )", "huber");
        prints(
            "cross_entropy(ignore_index=-100,label_smoothing=0.10)",
            "cross_entropy(label_smoothing=0.1, ignore_index=-100)",
        );
        prints(
            "cross_entropy(reduction=sum, from=\"probs\", axis=-1)",
            "cross_entropy(from=probs, axis=-1, reduction=sum)",
        );
        prints(
            "dice(class_weight=[1,2.50], axis=[ 2 , 3 ], batch=true)",
            "dice(axis=[2, 3], batch=true, class_weight=[1, 2.5])",
        );
        prints("dice(class_weight=@cw, axis=[2])", "dice(axis=[2], class_weight=@cw)");
        prints("cross_entropy(sample_weight=none, mask=@valid)", "cross_entropy(sample_weight=none, mask=@valid)");
        prints("cross_entropy(ignore_index=-9223372036854775808)", "cross_entropy(ignore_index=-9.223372036854776e18)");
    }

    #[test]
    fn coefficients() {
        prints(
            "0.7*cross_entropy(ignore_index=-100, label_smoothing=.1)+3e-1*dice(smooth=1.) -0.0001 * l2(input=@weights)",
            "0.7*cross_entropy(label_smoothing=0.1, ignore_index=-100) + 0.3*dice(smooth=1) - 1e-4*l2(input=@weights)",
        );
        prints("1*mse + 1.0*huber", "mse + huber");
        prints("-1*mse - 1*huber", "-mse - huber");
        prints("- -2*mse - -2*huber + -2*l2", "2*mse + 2*huber - 2*l2");
        prints("0*mse - 0*huber", "0*mse - 0*huber");
        prints("-keras . huber(delta=2)", "-keras.huber(delta=2)");
    }

    #[test]
    fn an_empty_spec_prints_nothing() {
        assert_eq!(Spec { terms: Vec::new() }.to_string(), "");
    }
}
