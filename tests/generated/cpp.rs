//! Writes `bindings/cpp/include/losskit/options.hpp`: for every loss of the catalog a struct with its parameters.

use losskit::catalog::{Declaration, Interval, Kinds, Parameter};
use std::collections::BTreeSet;
use std::fmt::Write;

/// The whole header for this catalog.
pub fn options_header(catalog: &[&Declaration]) -> String {
    let mut text = String::from(PREAMBLE);
    for dialect in dialects(catalog) {
        let losses: Vec<&Declaration> =
            catalog.iter().copied().filter(|loss| split_name(loss.name).0 == dialect).collect();
        if !dialect.is_empty() {
            let _ =
                writeln!(text, "/// The vocabulary of `{dialect}`: its names, parameters, defaults and conventions.");
            let _ = writeln!(text, "namespace {dialect} {{\n");
            // Argument-dependent lookup searches the namespace of a type, but not the one around it.
            text.push_str("using losskit::operator+;\nusing losskit::operator-;\nusing losskit::operator*;\n\n");
        }
        let names = Names::new(dialect, &losses);
        for words in word_sets(&losses) {
            write_enum(&mut text, &names, &words);
        }
        for loss in &losses {
            write_struct(&mut text, &names, loss);
        }
        if !dialect.is_empty() {
            let _ = writeln!(text, "}} // namespace {dialect}\n");
        }
    }
    text.push_str("LOSSKIT_NAMESPACE_END\n\n#endif\n");
    text
}

const PREAMBLE: &str = "\
/// \\file
/// A struct for every loss of the catalog, generated from it: change the catalog, not this file.
///
///     losskit::loss loss = losskit::cross_entropy{.label_smoothing = 0.1};                    // C++20
///     losskit::loss loss = losskit::cross_entropy{}.with_label_smoothing(0.1);                // C++17
///     losskit::loss loss = 0.7 * losskit::cross_entropy{} + 0.3 * losskit::dice{};            // a weighted sum
///     std::string text = losskit::cross_entropy{}.with_label_smoothing(0.1).spec();           // the text of it
///
/// A parameter that keeps its default is left out of the text. Ranges are checked where the loss is made.
#ifndef LOSSKIT_OPTIONS_HPP
#define LOSSKIT_OPTIONS_HPP

#include <losskit/spec.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

LOSSKIT_NAMESPACE_BEGIN

";

/// `keras.huber` is `("keras", "huber")`, `huber` is `("", "huber")`.
fn split_name(name: &str) -> (&str, &str) {
    name.split_once('.').unwrap_or(("", name))
}

/// The dialects in the order of their first loss; losskit's own losses have the empty one.
fn dialects<'a>(catalog: &[&'a Declaration]) -> Vec<&'a str> {
    let mut found = Vec::new();
    for loss in catalog {
        let dialect = split_name(loss.name).0;
        if !found.contains(&dialect) {
            found.push(dialect);
        }
    }
    found
}

/// A parameter's name and all words that some loss of the dialect accepts for it. One enum serves them all; a word that
/// one loss does not know is refused where the loss is made.
struct Words {
    parameter: &'static str,
    words: Vec<&'static str>,
}

fn word_sets(losses: &[&Declaration]) -> Vec<Words> {
    let mut sets: Vec<Words> = Vec::new();
    for parameter in losses.iter().flat_map(|loss| loss.parameters()) {
        if !parameter.kinds.contains(Kinds::WORD) {
            continue;
        }
        let position = sets.iter().position(|set| set.parameter == parameter.name).unwrap_or_else(|| {
            sets.push(Words { parameter: parameter.name, words: Vec::new() });
            sets.len() - 1
        });
        for word in parameter.words {
            if !sets[position].words.contains(word) {
                sets[position].words.push(word);
            }
        }
    }
    sets
}

/// How the words of the catalog are spelled in C++.
struct Names<'a> {
    dialect: &'a str,
    /// What an enum of this dialect must not be called.
    taken: BTreeSet<String>,
}

impl<'a> Names<'a> {
    fn new(dialect: &'a str, losses: &[&Declaration]) -> Names<'a> {
        let mut taken: BTreeSet<String> = losses.iter().map(|loss| identifier(split_name(loss.name).1)).collect();
        if dialect.is_empty() {
            taken.extend(BINDING_NAMES.iter().map(|name| String::from(*name)));
        }
        Names { dialect, taken }
    }

    /// The enum of a parameter's words, as declared.
    fn enumeration(&self, parameter: &str) -> String {
        let name = identifier(parameter);
        if self.taken.contains(&name) { format!("{name}_word") } else { name }
    }

    /// The enum as named inside a struct, where a member of the same name would hide it.
    fn qualified_enumeration(&self, parameter: &str) -> String {
        let name = self.enumeration(parameter);
        if self.dialect.is_empty() { format!("losskit::{name}") } else { format!("losskit::{}::{name}", self.dialect) }
    }
}

/// Names of the binding's own in `namespace losskit`.
const BINDING_NAMES: &[&str] = &[
    "advice",
    "advise_options",
    "catalog",
    "code",
    "context",
    "derivatives",
    "detail",
    "dtype",
    "error",
    "evidence",
    "executor",
    "loss",
    "loss_info",
    "model_output",
    "mutable_view",
    "name",
    "none",
    "operand",
    "operand_info",
    "operands",
    "parameter",
    "parameter_info",
    "parameters",
    "recommendation",
    "shape",
    "status",
    "strides",
    "task",
    "thread_pool",
    "view",
    "weighted_sum",
];

const KEYWORDS: &[&str] = &[
    "and",
    "asm",
    "auto",
    "bool",
    "break",
    "case",
    "catch",
    "char",
    "class",
    "const",
    "continue",
    "default",
    "delete",
    "do",
    "double",
    "else",
    "enum",
    "explicit",
    "export",
    "extern",
    "false",
    "float",
    "for",
    "friend",
    "goto",
    "if",
    "inline",
    "int",
    "long",
    "mutable",
    "namespace",
    "new",
    "not",
    "operator",
    "or",
    "private",
    "protected",
    "public",
    "register",
    "requires",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "struct",
    "switch",
    "template",
    "this",
    "throw",
    "true",
    "try",
    "typedef",
    "typename",
    "union",
    "unsigned",
    "using",
    "virtual",
    "void",
    "volatile",
    "while",
    "xor",
];

/// A word as a C++ identifier: keywords and the members that every struct has get an underscore behind.
fn identifier(word: &str) -> String {
    let mut name: String = word.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    if KEYWORDS.contains(&name.as_str()) || name == "spec" || name == "losskit_options" {
        name.push('_');
    }
    name
}

/// The type of a parameter's member. Where one kind is accepted it is the plain C++ type.
fn member_type(names: &Names, parameter: &Parameter) -> String {
    let kinds = parameter.kinds;
    let number_or_integer = Kinds::NUMBER.or(Kinds::INTEGER);
    if kinds == Kinds::NUMBER || kinds == number_or_integer {
        String::from("double")
    } else if kinds == Kinds::INTEGER {
        String::from("std::int64_t")
    } else if kinds == Kinds::BOOLEAN {
        String::from("bool")
    } else if kinds == Kinds::WORD {
        names.qualified_enumeration(parameter.name)
    } else if kinds == Kinds::NUMBERS {
        String::from("std::vector<double>")
    } else if kinds == Kinds::INTEGERS {
        String::from("std::vector<std::int64_t>")
    } else {
        format!("losskit::parameter<{}>", parameter_arguments(names, parameter))
    }
}

/// The template arguments of `losskit::parameter`: the bits of the kinds by name, and the enum of the words.
fn parameter_arguments(names: &Names, parameter: &Parameter) -> String {
    let bits: Vec<&str> = [
        (Kinds::NUMBER, "LK_KIND_NUMBER"),
        (Kinds::INTEGER, "LK_KIND_INTEGER"),
        (Kinds::BOOLEAN, "LK_KIND_BOOLEAN"),
        (Kinds::WORD, "LK_KIND_WORD"),
        (Kinds::NUMBERS, "LK_KIND_NUMBERS"),
        (Kinds::INTEGERS, "LK_KIND_INTEGERS"),
        (Kinds::OPERAND, "LK_KIND_OPERAND"),
        (Kinds::NONE, "LK_KIND_NONE"),
    ]
    .into_iter()
    .filter(|(kind, _)| parameter.kinds.contains(*kind))
    .map(|(_, name)| name)
    .collect();
    let words = if parameter.kinds.contains(Kinds::WORD) {
        format!(", {}", names.qualified_enumeration(parameter.name))
    } else {
        String::new()
    };
    format!("{}{words}", bits.join(" | "))
}

/// A parameter's default, from spec text to C++.
fn member_default(names: &Names, parameter: &Parameter) -> String {
    let text = parameter.default;
    if text == "none" && parameter.kinds.contains(Kinds::NONE) {
        String::from("losskit::none{}")
    } else if let Some(operand) = text.strip_prefix('@') {
        format!("losskit::operand(\"{operand}\")")
    } else if parameter.kinds.contains(Kinds::WORD) && parameter.words.contains(&text) {
        format!("{}::{}", names.qualified_enumeration(parameter.name), identifier(text))
    } else if let Some(items) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        format!("{{{items}}}")
    } else if parameter.kinds.contains(Kinds::NUMBER) && text.parse::<i64>().is_ok() {
        format!("{text}.0")
    } else {
        String::from(text)
    }
}

fn write_enum(text: &mut String, names: &Names, words: &Words) {
    let name = names.enumeration(words.parameter);
    let enumerators: Vec<String> = words.words.iter().map(|word| identifier(word)).collect();
    let _ = writeln!(text, "/// The words of the parameter `{}`.", words.parameter);
    let _ = writeln!(text, "enum class {name} {{ {} }};\n", enumerators.join(", "));
    let _ =
        writeln!(text, "[[nodiscard]] constexpr std::string_view word_of({name} word) noexcept {{\n  switch (word) {{");
    for (word, enumerator) in words.words.iter().zip(&enumerators) {
        let _ = writeln!(text, "  case {name}::{enumerator}: return \"{word}\";");
    }
    text.push_str("  }\n  return \"\";\n}\n\n");
}

fn write_struct(text: &mut String, names: &Names, loss: &Declaration) {
    let name = identifier(split_name(loss.name).1);
    write_comment(text, "", loss.summary);
    text.push_str("///\n");
    for line in loss.formula.lines() {
        let _ = writeln!(text, "///     {}", line.trim_end_matches('\\'));
    }
    if !loss.details.is_empty() {
        text.push_str("///\n");
        write_comment(text, "", loss.details);
    }
    text.push_str("///\n");
    write_comment(text, "", &format!("Tasks: {}. Reference: {}", loss.tasks.join(", "), loss.reference));
    let _ = writeln!(text, "struct {name} {{\n  using losskit_options = void;\n");
    for parameter in loss.parameters() {
        write_comment(text, "  ", &parameter_comment(parameter));
        let member = identifier(parameter.name);
        let default = member_default(names, parameter);
        let _ = writeln!(text, "  {} {member} = {default};", member_type(names, parameter));
    }
    text.push('\n');
    for parameter in loss.parameters() {
        let member = identifier(parameter.name);
        let kind = member_type(names, parameter);
        let _ = write!(
            text,
            "  [[nodiscard]] {name} with_{}({kind} value) const {{\n    \
             return losskit::detail::with(*this, &{name}::{member}, std::move(value));\n  }}\n",
            parameter.name
        );
    }
    text.push_str("\n  /// The text of the loss, with each parameter that differs from its default.\n");
    let _ = writeln!(text, "  [[nodiscard]] std::string spec() const {{\n    const {name} defaults{{}};");
    let _ = writeln!(text, "    return losskit::detail::call_text(\"{}\")", loss.name);
    for parameter in loss.parameters() {
        let member = identifier(parameter.name);
        let _ = writeln!(text, "        .add(\"{}\", {member}, defaults.{member})", parameter.name);
    }
    text.push_str("        .finish();\n  }\n};\n\n");
}

/// What it does, and the range of its numbers or its words.
fn parameter_comment(parameter: &Parameter) -> String {
    let mut comment = String::from(parameter.summary);
    if !parameter.words.is_empty() {
        let _ = write!(comment, " One of {}.", parameter.words.join(", "));
    }
    let numeric = [Kinds::NUMBER, Kinds::INTEGER, Kinds::NUMBERS, Kinds::INTEGERS];
    if numeric.iter().any(|kind| parameter.kinds.contains(*kind)) && parameter.range != Interval::ANY {
        let Interval { low, low_open, high, high_open } = parameter.range;
        let (open, close) = (if low_open { '(' } else { '[' }, if high_open { ')' } else { ']' });
        let _ = write!(comment, " In {open}{low}, {high}{close}.");
    }
    comment
}

/// Wraps text into `///` lines of at most 118 columns. A line must not end in a backslash, which would join the next.
fn write_comment(text: &mut String, indent: &str, comment: &str) {
    let width = 118 - indent.len();
    for paragraph in comment.lines() {
        let mut line = format!("{indent}///");
        for word in paragraph.split_whitespace() {
            if line.chars().count() + 1 + word.chars().count() > width && line.len() > indent.len() + 3 {
                let _ = writeln!(text, "{}", line.trim_end_matches('\\'));
                line = format!("{indent}///");
            }
            line.push(' ');
            line.push_str(word);
        }
        let _ = writeln!(text, "{}", line.trim_end_matches('\\'));
    }
}
