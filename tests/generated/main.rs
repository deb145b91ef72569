//! Everything that is made from the source of truth, and kept in the tree for those who have no Rust: the C header from
//! `src/capi`, the typed options of C++ and Go, the reference page and the README's table from the catalog.
//!
//! Each test compares a file with what it should be. `make generate` (LOSSKIT_REGENERATE=1) writes it instead.

mod cpp;
mod go;
mod header;
mod reference;

use std::path::Path;

use losskit::catalog::CATALOG;

/// Compares a file of the tree with its text, or writes it.
fn check(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("LOSSKIT_REGENERATE").is_some() {
        std::fs::write(&path, text).expect("the file can be written");
        return;
    }
    let found = std::fs::read_to_string(&path).expect("the file is there");
    let line = found.lines().zip(text.lines()).position(|(found, made)| found != made);
    assert!(found == text, "{file} is stale from line {}: run `make generate`", line.map_or(0, |line| line + 1));
}

#[test]
fn c_header_is_current() {
    check("include/losskit.h", &header::text());
}

#[test]
fn c_header_of_the_go_module_is_current() {
    check("bindings/go/losskit.h", &header::text());
}

#[test]
fn cpp_options_are_current() {
    check("bindings/cpp/include/losskit/options.hpp", &cpp::options_header(CATALOG));
}

#[test]
fn go_options_are_current() {
    check("bindings/go/options_generated.go", &go::options_source(CATALOG));
}

#[test]
fn reference_page_is_current() {
    check("docs/losses.md", &reference::page(CATALOG));
}

#[test]
fn table_of_the_readme_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let found = std::fs::read_to_string(path).expect("the README is there");
    check("README.md", &reference::with_table(&found, CATALOG));
}
