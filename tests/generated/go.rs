//! The typed options of the Go binding: one struct for each loss, one field for each parameter, whose zero value is
//! every default. A field's type admits exactly the kinds of value that the parameter accepts, so that a wrong kind
//! does not compile; ranges are left to the library, which explains them better.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use losskit::catalog::{Declaration, Interval, Kinds, Parameter};

/// The line width of generated comments.
const WIDTH: usize = 116;

/// The kinds of value with the Go types that stand for them, in the order in which a union names them.
const VALUE_TYPES: [(Kinds, &str); 8] = [
    (Kinds::NUMBER, "Float"),
    (Kinds::NUMBERS, "Floats"),
    (Kinds::INTEGER, "Int"),
    (Kinds::INTEGERS, "Ints"),
    (Kinds::BOOLEAN, "Bool"),
    (Kinds::WORD, "Word"),
    (Kinds::OPERAND, "Ref"),
    (Kinds::NONE, "None"),
];

/// The text of `bindings/go/options_generated.go`, as gofmt leaves it.
pub fn options_source(catalog: &[&Declaration]) -> String {
    let mut source =
        String::from("// Code generated from losskit's catalog by its test suite; DO NOT EDIT.\n\npackage losskit\n");
    unions(&mut source, catalog);
    words(&mut source, catalog);
    for declaration in catalog {
        options(&mut source, declaration);
    }
    every(&mut source, catalog);
    source
}

/// A sealed interface for each set of kinds that some parameter accepts, and which types belong to it.
fn unions(source: &mut String, catalog: &[&Declaration]) {
    let mut members: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for parameter in catalog.iter().flat_map(|declaration| declaration.parameters()) {
        if !is_word(parameter) {
            members.insert(union_name(parameter.kinds), type_names(parameter.kinds));
        }
    }
    for (name, types) in members {
        let method = format!("o{}", &name[1..]);
        let described = types.join(" or ");
        let article = if described.starts_with('I') { "an" } else { "a" };
        let _ = write!(
            source,
            "\n// {name} is {article} {described}; nil means the default.\n\
             type {name} interface {{\n\tValue\n\t{method}()\n}}\n\n"
        );
        let receiver = |name: &&str| if *name == "None" { "NoneValue".to_owned() } else { (*name).to_owned() };
        let heads: Vec<String> = types.iter().map(|name| format!("func ({}) {method}()", receiver(name))).collect();
        let longest = heads.iter().map(String::len).max().unwrap_or(0);
        for head in heads {
            let _ = writeln!(source, "{head:longest$} {{}}");
        }
    }
}

/// The words of all parameters as constants: `ReductionSum`.
fn words(source: &mut String, catalog: &[&Declaration]) {
    let mut words: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for parameter in catalog.iter().flat_map(|declaration| declaration.parameters()) {
        if parameter.kinds.contains(Kinds::WORD) {
            let known = words.entry(parameter.name).or_default();
            known.extend(parameter.words);
            if is_word(parameter) && parameter.kinds.contains(Kinds::NONE) {
                known.insert("none");
            }
        }
    }
    for (parameter, words) in words {
        let constants: Vec<(String, &str)> =
            words.iter().map(|word| (camel(parameter) + &camel(word), *word)).collect();
        let longest = constants.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let _ = write!(source, "\n// The words of the parameter {parameter}; not every loss accepts each.\nconst (\n");
        for (name, word) in constants {
            let _ = writeln!(source, "\t{name:longest$} Word = \"{word}\"");
        }
        source.push_str(")\n");
    }
}

/// The struct of a loss and its text.
fn options(source: &mut String, declaration: &Declaration) {
    let name = camel(declaration.name);
    source.push('\n');
    comment(source, "", &format!("{name} makes the loss {}. {}", declaration.name, declaration.summary));
    source.push_str("//\n");
    for line in declaration.formula.lines().filter(|line| !line.trim().is_empty()) {
        let _ = writeln!(source, "//\t{}", line.trim_end());
    }
    for paragraph in declaration.details.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
        source.push_str("//\n");
        comment(source, "", paragraph);
    }
    source.push_str("//\n");
    comment(source, "", &format!("Suits: {}. Reference: {}", declaration.tasks.join(", "), declaration.reference));

    let _ = writeln!(source, "type {name} struct {{");
    for (position, parameter) in declaration.parameters().enumerate() {
        if position > 0 {
            source.push('\n');
        }
        comment(source, "\t", &field_text(parameter));
        let _ = writeln!(source, "\t{} {}", camel(parameter.name), field_type(parameter));
    }
    source.push_str("}\n");

    let _ = write!(
        source,
        "\n// Spec returns the text of the loss, as Parse reads it.\n\
         func (o {name}) Spec() string {{\n\tw := specWriter{{name: \"{}\"}}\n",
        declaration.name
    );
    for parameter in declaration.parameters() {
        let method = if is_word(parameter) { "word" } else { "value" };
        let _ = writeln!(source, "\tw.{method}(\"{}\", o.{})", parameter.name, camel(parameter.name));
    }
    source.push_str("\treturn w.text()\n}\n");
    let _ = write!(source, "\nfunc (o {name}) terms() []term {{ return []term{{{{1, o.Spec()}}}} }}\n");
}

/// A list of all, by which the binding's tests hold each struct against the catalog that the library reports.
fn every(source: &mut String, catalog: &[&Declaration]) {
    source.push_str("\n// everyOption has the options of each loss of the catalog, all at their defaults.\n");
    source.push_str("var everyOption = []Options{\n");
    for declaration in catalog {
        let _ = writeln!(source, "\t{}{{}},", camel(declaration.name));
    }
    source.push_str("}\n");
}

/// What the parameter does, its default, and what its numbers or words may be.
fn field_text(parameter: &Parameter) -> String {
    let mut text = parameter.summary.trim().to_owned();
    if !text.ends_with('.') {
        text.push('.');
    }
    let _ = write!(text, " Default {}", parameter.default);
    if !parameter.words.is_empty() {
        let _ = write!(text, ", words {}", parameter.words.join(", "));
    }
    if parameter.range != Interval::ANY {
        let _ = write!(text, ", range {}", interval(&parameter.range));
    }
    text.push('.');
    text
}

/// The interval as mathematicians write it.
fn interval(range: &Interval) -> String {
    let open = if range.low_open { '(' } else { '[' };
    let close = if range.high_open { ')' } else { ']' };
    format!("{open}{}, {}{close}", range.low, range.high)
}

/// A parameter of words alone is a plain Go string, and its `none` a word like the others.
fn is_word(parameter: &Parameter) -> bool {
    parameter.kinds == Kinds::WORD || parameter.kinds == Kinds::WORD.or(Kinds::NONE)
}

fn field_type(parameter: &Parameter) -> String {
    if is_word(parameter) { "Word".to_owned() } else { union_name(parameter.kinds) }
}

fn type_names(kinds: Kinds) -> Vec<&'static str> {
    VALUE_TYPES.iter().filter(|(kind, _)| kinds.contains(*kind)).map(|(_, name)| *name).collect()
}

fn union_name(kinds: Kinds) -> String {
    format!("Optional{}", type_names(kinds).join("Or"))
}

/// `keras.mean_squared_error` as `KerasMeanSquaredError`; abbreviations stay in capitals, as Go writes them.
fn camel(name: &str) -> String {
    name.split(['.', '_'])
        .map(|word| match word {
            "mse" | "mae" | "bce" | "kl" => word.to_ascii_uppercase(),
            _ => {
                let mut letters = word.chars();
                letters
                    .next()
                    .map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
            }
        })
        .collect()
}

/// A paragraph as `//` lines of at most `WIDTH` columns.
fn comment(source: &mut String, indent: &str, paragraph: &str) {
    let mut line = String::new();
    for word in paragraph.split_whitespace() {
        if !line.is_empty() && indent.len() + 3 + line.chars().count() + 1 + word.chars().count() > WIDTH {
            let _ = writeln!(source, "{indent}// {line}");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        let _ = writeln!(source, "{indent}// {line}");
    }
}
