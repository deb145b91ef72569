//! `include/losskit.h`, by cbindgen, with what is meant for Rust alone taken out.

use std::path::Path;

const OVERVIEW: &str = "\
/* losskit: loss functions for native machine-learning systems.
 *
 * A loss is a line of text. lk_loss_create() turns it into an object that never changes; lk_loss_eval_pair() or
 * lk_loss_eval() computes its value and its derivatives into buffers of the caller:
 *
 *     lk_error error = {sizeof error};
 *     lk_loss *loss;
 *     if (lk_loss_create(\"cross_entropy(label_smoothing=0.1)\", &loss, &error)) return fail(error.message);
 *     lk_tensor input = {logits, LK_F32, 2, {rows, classes}}, gradient = {grad, LK_F32, 2, {rows, classes}};
 *     lk_tensor target = {labels, LK_I64, 1, {rows}};
 *     double value;
 *     lk_status status = lk_loss_eval_pair(loss, NULL, &input, &target, &gradient, &value, &error);
 *     lk_loss_destroy(loss);
 *     if (status) return fail(error.message);
 *
 * The text
 *
 *     spec  := [sign] term { (\"+\" | \"-\") term }
 *     term  := [ number \"*\" ] loss
 *     loss  := [ dialect \".\" ] name [ \"(\" [ key \"=\" value { \",\" key \"=\" value } ] \")\" ]
 *     value := number | true | false | word | \"text\" | list | \"@\" operand
 *
 * as in 0.7*cross_entropy(class_weight=[0.2, 0.8]) + 0.3*dice(smooth=1) + 1e-4*l2(input=@weights). lk_catalog_loss() and
 * lk_catalog_parameter() list every loss and parameter; docs/losses.md is the same as a page.
 *
 * Rules that hold for every function
 *
 * - Every function that can fail returns an lk_status, 0 for success, and takes an lk_error last, which may be NULL.
 * - A call that is refused has written nothing but the lk_error: shapes, types, strides, overlaps and every label are checked
 *   first. Only LK_INTERNAL, and LK_OUT_OF_MEMORY in the middle of the work, may leave outputs partly written.
 * - Shapes match exactly. There is no broadcasting; a stride of 0 repeats what is read, where that is meant.
 * - A gradient may lie exactly over the operand it belongs to. Any other overlap of an output is LK_OVERLAP.
 * - Results are the same bits at every thread count, on every executor and at every level of SIMD instructions; those
 *   of linear_cross_entropy on every machine that has fused multiply-adds. Of NaN, sign and payload are open.
 * - Nothing is printed, nothing aborts, there is no global state to set up. A defect inside comes back as LK_INTERNAL.
 * - Any thread may use any object at once, except while it is destroyed. The caller's floating-point mode is left as it is.
 * - Structures that begin with struct_size want its sizeof there. Zero is the default of every field that has one.
 */";

/// The header of this tree.
pub fn text() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut config = cbindgen::Config::from_file(root.join("cbindgen.toml")).expect("cbindgen.toml is valid");
    config.header = Some(OVERVIEW.to_string());
    config.after_includes = Some(version_macros());
    // The files that export something, in reading order.
    let files = ["error", "tensor", "loss", "context", "catalog", "advise"];
    let builder = files.iter().fold(cbindgen::Builder::new().with_config(config), |builder, file| {
        builder.with_src(root.join("src/capi").join(file).with_extension("rs"))
    });
    let mut bytes = Vec::new();
    builder.generate().expect("src/capi can be read").write(&mut bytes);
    let text = String::from_utf8(bytes).expect("the header is UTF-8");
    // The sizes of arrays that C passes by their first element.
    let text = text
        .replace("\\@", "@")
        .replace("double *out,", "double out[3],")
        .replace("int64_t *shape,", "int64_t shape[8],");
    without_safety_sections(&text)
}

fn version_macros() -> String {
    let part = |name: &str, value: &str| format!("#define LK_VERSION_{name} {value}\n");
    [
        "\n".to_string(),
        part("MAJOR", env!("CARGO_PKG_VERSION_MAJOR")),
        part("MINOR", env!("CARGO_PKG_VERSION_MINOR")),
        part("PATCH", env!("CARGO_PKG_VERSION_PATCH")),
        "/** The version of this header, as lk_version() gives the library's. */\n".to_string(),
        "#define LK_VERSION ((LK_VERSION_MAJOR << 16) | (LK_VERSION_MINOR << 8) | LK_VERSION_PATCH)\n".to_string(),
    ]
    .concat()
}

/// What a caller in C must guarantee is said once, in the overview; the sections are for callers in Rust.
fn without_safety_sections(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.trim() == "* # Safety" {
            inside = true;
            while lines.last().is_some_and(|last| last.trim() == "*") {
                lines.pop();
            }
        }
        if inside && line.trim() == "*/" {
            inside = false;
        }
        if !inside {
            lines.push(line);
        }
    }
    lines.join("\n") + "\n"
}
