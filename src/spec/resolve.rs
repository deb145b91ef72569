//! From names to declarations: each loss is looked up in the catalog, each argument checked against its parameter.

use super::ast::{Loss, Term};
use super::check::{check, default_value};
use super::diagnostic::{Fault, quote};
use super::suggest::{hint, nearest};
use super::{Location, Spec, TermSpec};
use crate::catalog::{Arguments, Declaration, Value};
use crate::error::Status;

/// What a list of accepted names may take of a sentence.
const LIST_BYTES: usize = 90;

/// Gives every name of a syntax tree its meaning.
pub(super) fn resolve(terms: &[Term<'_>], catalog: &[&'static Declaration]) -> Result<Spec, Fault> {
    let terms = terms.iter().map(|term| {
        let (arguments, location) = resolve_loss(&term.loss, catalog)?;
        Ok(TermSpec { coefficient: term.coefficient, arguments, location })
    });
    Ok(Spec { terms: terms.collect::<Result<_, Fault>>()? })
}

fn resolve_loss(loss: &Loss<'_>, catalog: &[&'static Declaration]) -> Result<(Arguments, Location), Fault> {
    let name = loss.full_name();
    let declaration = catalog.iter().copied().find(|declaration| declaration.name == name);
    let declaration = declaration.ok_or_else(|| unknown_loss(loss, catalog))?;

    let mut values: Vec<Option<Value>> = declaration.parameters().map(|_| None).collect();
    let mut location =
        Location { loss: loss.span(), arguments: Vec::with_capacity(loss.arguments.len().min(values.len())) };
    for argument in &loss.arguments {
        let found = declaration.parameters().enumerate().find(|(_, parameter)| parameter.name == argument.name.text);
        let (position, parameter) =
            found.ok_or_else(|| unknown_parameter(argument.name.text, argument.name.span.start, declaration))?;
        if values[position].is_some() {
            let sentence = format!("parameter '{}' of {} is given twice", parameter.name, declaration.name);
            return Err(Fault::new(argument.name.span.start, sentence));
        }
        values[position] = Some(check(parameter, &argument.value)?);
        location.arguments.push((parameter.name, argument.span()));
    }

    let values = values.into_iter().zip(declaration.parameters()).map(|(given, parameter)| match given {
        Some(value) => Ok(value),
        None => default_value(parameter).map_err(|fault| Fault {
            status: Status::Internal,
            at: loss.span().start,
            sentence: format!(
                "the default of {} of {} is broken: {}",
                parameter.name, declaration.name, fault.sentence
            ),
        }),
    });
    let values = values.collect::<Result<_, Fault>>()?;
    Ok((Arguments { declaration, values }, location))
}

fn unknown_parameter(name: &str, at: usize, declaration: &Declaration) -> Fault {
    let names: Vec<&str> = declaration.parameters().map(|parameter| parameter.name).collect();
    let near = nearest(name, declaration.parameters().map(|parameter| (parameter.name, parameter.name)));
    let hint = match names.is_empty() {
        true => "; it has none".to_owned(),
        false => hint(near, &names, LIST_BYTES),
    };
    Fault::new(at, format!("unknown parameter {} of {}{hint}", quote(name), declaration.name))
}

/// The dialect of a declared name, and the name within it.
fn split(name: &'static str) -> (Option<&'static str>, &'static str) {
    match name.split_once('.') {
        Some((dialect, name)) => (Some(dialect), name),
        None => (None, name),
    }
}

fn unknown_loss(loss: &Loss<'_>, catalog: &[&'static Declaration]) -> Fault {
    let declared = || catalog.iter().map(|declaration| declaration.name);
    let written = loss.dialect.as_ref().map(|dialect| dialect.text);
    let mut dialects: Vec<&'static str> = declared().filter_map(|name| split(name).0).collect();
    dialects.sort_unstable();
    dialects.dedup();

    if let Some(dialect) = &loss.dialect
        && !dialects.contains(&dialect.text)
    {
        let near = nearest(dialect.text, dialects.iter().map(|&name| (name, name)));
        let hint = hint(near, &dialects, LIST_BYTES);
        return Fault::new(dialect.span.start, format!("unknown dialect {}{hint}", quote(dialect.text)));
    }
    // Without a dialect, a loss of any dialect may be meant; losskit's own come first among equals.
    let (own, other): (Vec<_>, Vec<_>) = declared().partition(|&name| split(name).0 == written);
    let others = other.iter().filter(|_| written.is_none());
    let near = nearest(loss.name.text, own.iter().chain(others).map(|&name| (split(name).1, name)));
    let hint = hint(near, &own, LIST_BYTES);
    Fault::new(loss.span().start, format!("unknown loss {}{hint}", quote(&loss.full_name())))
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;
    use crate::catalog::Parameter;

    #[track_caller]
    fn refused(text: &str, at: usize, sentence: &str) {
        let error = fixture::parse(text).expect_err(text);
        assert_eq!(error.status, Status::InvalidSpec);
        assert_eq!((error.index, error.message.lines().next()), (Some(at), Some(sentence)));
    }

    #[test]
    fn arguments_and_defaults_in_declared_order() {
        let spec = fixture::parse("mse - 0.5*cross_entropy(reduction=sum, from=probs, class_weight=[1, 2])").unwrap();
        assert_eq!(spec.terms[0].coefficient, 1.0);
        let term = &spec.terms[1];
        assert_eq!((term.coefficient, term.arguments.declaration.name), (-0.5, "cross_entropy"));
        assert_eq!(term.arguments.word("from"), "probs");
        assert_eq!(term.arguments.numbers("class_weight"), Some([1.0, 2.0].as_slice()));
        assert_eq!(term.arguments.number("label_smoothing"), Some(0.0));
        assert_eq!(term.arguments.value("ignore_index"), &Value::None);
        assert_eq!(term.arguments.operand("sample_weight"), Some("sample_weight"));
        assert_eq!(term.arguments.word("reduction"), "sum");
    }

    #[test]
    fn locations_are_the_bytes_of_the_text() {
        let text = "mse + keras.huber( delta = 2 , reduction=sum )";
        let location = &fixture::parse(text).unwrap().terms[1].location;
        assert_eq!(&text[location.loss.clone()], "keras.huber");
        let arguments: Vec<_> = location.arguments.iter().map(|(name, span)| (*name, &text[span.clone()])).collect();
        assert_eq!(arguments, [("delta", "delta = 2"), ("reduction", "reduction=sum")]);
    }

    #[test]
    fn unknown_losses() {
        refused("hubr", 0, "unknown loss 'hubr'; did you mean 'huber'?");
        refused("mse + CrossEntropyLoss()", 6, "unknown loss 'CrossEntropyLoss'; did you mean 'cross_entropy'?");
        refused("wasserstein", 0, "unknown loss 'wasserstein'; accepted: mse, huber, cross_entropy, dice, l2");
        refused("mean_squared_error", 0, "unknown loss 'mean_squared_error'; did you mean 'keras.mean_squared_error'?");
        refused("keras.hubr", 0, "unknown loss 'keras.hubr'; did you mean 'keras.huber'?");
        refused("keras.l2", 0, "unknown loss 'keras.l2'; accepted: keras.huber, keras.mean_squared_error");
        refused(" kears . huber", 1, "unknown dialect 'kears'; did you mean 'keras'?");
        refused("torch.huber", 0, "unknown dialect 'torch'; accepted: keras");
    }

    #[test]
    fn parameters_are_known_and_given_once() {
        refused(
            "cross_entropy(lable_smoothing=0.1)",
            14,
            "unknown parameter 'lable_smoothing' of cross_entropy; did you mean 'label_smoothing'?",
        );
        refused("l2(beta=1)", 3, "unknown parameter 'beta' of l2; accepted: input, reduction");
        refused("mse(beta=1)", 4, "unknown parameter 'beta' of mse; it has none");
        refused("huber(delta=1, delta=1)", 15, "parameter 'delta' of huber is given twice");
        refused("huber(delta=1, delta=x)", 15, "parameter 'delta' of huber is given twice");
    }

    #[test]
    fn values_are_checked() {
        refused("huber(delta=0)", 12, "delta accepts a number in (0, inf); found 0");
        refused("dice(axis=mse())", 10, "axis accepts a list of integers or none; found a loss, 'mse'");
        refused("huber(reduction=men)", 16, "reduction accepts none, sum or mean; found 'men'; did you mean mean?");
    }

    #[test]
    fn the_first_place_is_the_one_refused() {
        refused("hubr(delta=0) + foo", 0, "unknown loss 'hubr'; did you mean 'huber'?");
        refused("huber(delta=0, beta=1)", 12, "delta accepts a number in (0, inf); found 0");
    }

    #[test]
    fn a_broken_default_is_our_defect() {
        static PARAMETERS: [Parameter; 1] = [Parameter { default: "0", ..fixture::DELTA }];
        static GROUPS: [&[Parameter]; 1] = [&PARAMETERS];
        static BROKEN: Declaration = Declaration { name: "broken", parameters: &GROUPS, ..fixture::MSE };
        let error = super::super::parse_with("broken", &[&BROKEN]).unwrap_err();
        assert_eq!(error.status, Status::Internal);
        assert!(error.message.starts_with("the default of delta of broken is broken: delta accepts"), "{error}");
        assert!(super::super::parse_with("broken(delta=1)", &[&BROKEN]).is_ok());
    }
}
