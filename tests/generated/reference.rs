//! The reference page of the losses, and the README's table.

use std::fmt::Write;

use losskit::catalog::{Declaration, Parameter};
use losskit::spec::range_text;

const START: &str = "<!-- losses: generated from the catalog -->\n";
const END: &str = "<!-- /losses -->";

/// `docs/losses.md`
pub fn page(catalog: &[&Declaration]) -> String {
    let mut text = String::from(
        "# Losses\n\nGenerated from the catalog, which `lk_catalog_loss()` lists at run time. `x` is the input, `y` or \
         `t` the target, `p` a probability.\n",
    );
    for loss in catalog {
        let _ = write!(text, "\n## {}\n\n{}\n\n    {}\n\n{}\n\n", loss.name, loss.summary, loss.formula, loss.details);
        let _ = writeln!(text, "Tasks: {}. Reference: {}\n", loss.tasks.join(", "), loss.reference);
        text.push_str("| parameter | default | accepts | |\n|---|---|---|---|\n");
        for parameter in loss.parameters() {
            let _ = writeln!(
                text,
                "| `{}` | `{}` | {} | {} |",
                parameter.name,
                parameter.default,
                accepts(parameter),
                parameter.summary
            );
        }
    }
    text
}

/// The kinds and range of a parameter.
fn accepts(parameter: &Parameter) -> String {
    const KINDS: [(u32, &str); 8] = [
        (1, "number"),
        (2, "integer"),
        (4, "true, false"),
        (8, ""),
        (16, "list of numbers"),
        (32, "list of integers"),
        (64, "@operand"),
        (128, "none"),
    ];
    let mut parts: Vec<String> = KINDS
        .iter()
        .filter(|(bit, name)| parameter.kinds.0 & bit != 0 && !name.is_empty())
        .map(|(_, name)| (*name).to_string())
        .collect();
    let range = range_text(parameter).replace('|', "\\|");
    if !range.is_empty() {
        parts.push(range);
    }
    parts.join(", ")
}

/// The README with its table made anew.
pub fn with_table(readme: &str, catalog: &[&Declaration]) -> String {
    let (before, rest) = readme.split_once(START).expect("the README has the start of the table");
    let (_, after) = rest.split_once(END).expect("the README has the end of the table");
    let mut table = String::from("| loss | formula | tasks |\n|---|---|---|\n");
    for loss in catalog {
        let formula = loss.formula.replace('|', "\\|");
        let _ = writeln!(table, "| `{}` | {formula} | {} |", loss.name, loss.tasks.join(", "));
    }
    format!("{before}{START}{table}{END}{after}")
}
