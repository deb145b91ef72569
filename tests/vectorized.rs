//! That hot kernels are compiled to vector instructions with fused multiply-adds, and call nothing in their loops.
//!
//! It disassembles the shared library beside the tests (`make build` makes it) with objdump. The names of the functions
//! tell kernel, level and type apart, because `.cargo/config.toml` asks for the mangling that keeps type parameters.

#![cfg(target_arch = "x86_64")]

use std::path::PathBuf;
use std::process::Command;

/// A kernel: its name, what its functions' symbols contain, and whether its arithmetic has products to fuse.
struct Kernel {
    name: &'static str,
    symbols: &'static [&'static str],
    fused: bool,
}

const KERNELS: [Kernel; 16] = [
    // Without `fused`, nothing is added to a product: differences, magnitudes, squares and multiples.
    Kernel { name: "l1", symbols: &["11regularizer2l19Magnitude"], fused: false },
    Kernel { name: "l2", symbols: &["11regularizer2l26Square"], fused: false },
    Kernel { name: "mse", symbols: &["10regression3mse"], fused: false },
    Kernel { name: "mae", symbols: &["10regression3mae"], fused: false },
    Kernel { name: "huber", symbols: &["10regression5huber"], fused: false },
    Kernel { name: "hinge", symbols: &["6margin5hinge5Hinge"], fused: false },
    Kernel { name: "squared_hinge", symbols: &["6margin13squared_hinge"], fused: false },
    Kernel { name: "multiclass_hinge", symbols: &["16multiclass_hinge13CrammerSinger"], fused: false },
    Kernel { name: "categorical_hinge", symbols: &["17categorical_hinge10KerasHinge"], fused: false },
    Kernel { name: "bce", symbols: &["14classification3bce10FromLogits"], fused: true },
    Kernel { name: "focal", symbols: &["14classification5focal5Focal"], fused: true },
    Kernel { name: "cross_entropy", symbols: &["13cross_entropy8MinusLog", "6source6Logits"], fused: true },
    Kernel {
        name: "categorical_focal",
        symbols: &["17categorical_focal16CategoricalFocal", "6source6Logits"],
        fused: true,
    },
    Kernel { name: "sums of overlap losses", symbols: &["7overlap6passes7SumWork"], fused: true },
    Kernel { name: "gradients of overlap losses", symbols: &["7overlap6passes12GradientWork"], fused: false },
    Kernel { name: "tiles of linear_cross_entropy", symbols: &["6linear5tiles"], fused: true },
];

/// What the C library would compute if a kernel did not do it itself.
const MATHEMATICS: [&str; 9] = ["fma", "exp", "exp2", "expm1", "log", "log1p", "log2", "pow", "tanh"];

struct Instruction {
    address: u64,
    text: String,
}

impl Instruction {
    /// Whether it is arithmetic that begins like one of these, on whole registers of this kind or on single numbers.
    fn is(&self, beginnings: &[&str], register: Option<&str>) -> bool {
        let (name, operands) = self.text.split_once(' ').unwrap_or((&self.text, ""));
        let ends: &[&str] = if register.is_some() { &["ps", "pd"] } else { &["ss", "sd"] };
        beginnings.iter().any(|beginning| name.starts_with(beginning))
            && ends.iter().any(|end| name.ends_with(end))
            && register.is_none_or(|register| operands.contains(register))
    }

    fn is_fused(&self, register: Option<&str>) -> bool {
        self.is(&["vfmadd", "vfmsub", "vfnmadd", "vfnmsub"], register)
    }

    fn multiplies(&self, register: Option<&str>) -> bool {
        self.is_fused(register) || self.is(&["vmul"], register)
    }

    fn is_call(&self) -> bool {
        self.text.starts_with("call")
    }

    fn jumps_to(&self) -> Option<u64> {
        let (name, target) = self.text.split_once(' ')?;
        name.starts_with('j').then(|| u64::from_str_radix(target.split_whitespace().next()?, 16).ok())?
    }
}

struct Function {
    symbol: String,
    body: Vec<Instruction>,
}

impl Function {
    /// Whether control gets from one instruction to a later one without leaving what lies between: a jump back to where
    /// that is not so ends a loop instead of closing one.
    fn flows(&self, start: usize, end: usize) -> bool {
        let mut seen = vec![false; end - start + 1];
        let mut waiting = vec![start];
        while let Some(index) = waiting.pop() {
            if std::mem::replace(&mut seen[index - start], true) {
                continue;
            }
            let instruction = &self.body[index];
            let target = instruction.jumps_to().and_then(|address| self.place(address));
            let falls_through = !instruction.text.starts_with("jmp") && !instruction.text.starts_with("ret");
            let next = [target, falls_through.then_some(index + 1)];
            waiting.extend(next.into_iter().flatten().filter(|next| (start..=end).contains(next)));
        }
        seen[end - start]
    }

    fn place(&self, address: u64) -> Option<usize> {
        self.body.binary_search_by_key(&address, |instruction| instruction.address).ok()
    }

    /// The bodies of loops that have no loop within.
    fn inner_loops(&self) -> Vec<&[Instruction]> {
        let mut loops: Vec<(usize, usize)> = (0..self.body.len())
            .filter_map(|end| Some((self.body[end].jumps_to().and_then(|address| self.place(address))?, end)))
            .filter(|&(start, end)| start <= end && self.flows(start, end))
            .collect();
        loops.sort_unstable();
        loops.dedup();
        let within =
            |inner: &(usize, usize), outer: &(usize, usize)| inner != outer && outer.0 <= inner.0 && inner.1 <= outer.1;
        let innermost = loops.iter().filter(|outer| !loops.iter().any(|inner| within(inner, outer)));
        innermost.map(|&(start, end)| &self.body[start..=end]).collect()
    }
}

fn library() -> PathBuf {
    let program = std::env::current_exe().expect("the path of this test");
    // …/release/deps/vectorized-… lies two folders below the library's.
    program.ancestors().nth(2).expect("a folder").join("liblosskit.so")
}

/// The functions of the library that are compiled for a level.
fn functions() -> Vec<Function> {
    let library = library();
    assert!(library.exists(), "{} is not there: run `make build` first", library.display());
    let output = Command::new("objdump").args(["-d", "--no-show-raw-insn"]).arg(&library).output();
    let output = output.expect("objdump, of binutils, is needed to look into the library");
    assert!(output.status.success(), "objdump: {}", String::from_utf8_lossy(&output.stderr));
    let mut functions: Vec<Function> = Vec::new();
    let mut wanted = false;
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        if let Some((_, symbol)) = line.strip_suffix(">:").and_then(|line| line.split_once('<')) {
            wanted = symbol.contains("5level8Compiled");
            if wanted {
                functions.push(Function { symbol: symbol.to_owned(), body: Vec::new() });
            }
        } else if let Some((address, text)) = line.split_once(":\t").filter(|_| wanted) {
            let address = u64::from_str_radix(address.trim(), 16).expect("an address");
            let text = text.trim().to_owned();
            functions.last_mut().expect("a function has begun").body.push(Instruction { address, text });
        }
    }
    functions
}

/// What is wrong with the loops of a function, if anything. A loop of arithmetic has whole registers or fused operations;
/// loops over rows and blocks have neither, and may call.
fn complaint(function: &Function, kernel: &Kernel, register: &str) -> Option<String> {
    let loops = function.inner_loops();
    let arithmetic = |body: &&[Instruction]| {
        body.iter().any(|instruction| instruction.multiplies(Some("mm")) || instruction.is_fused(None))
    };
    if let Some(body) = loops.iter().copied().filter(arithmetic).find(|body| body.iter().any(Instruction::is_call)) {
        let call = body.iter().find(|instruction| instruction.is_call()).expect("found above");
        return Some(format!("a loop of arithmetic, of {} instructions, has `{}`", body.len(), call.text));
    }
    let most = |count: fn(&Instruction, Option<&str>) -> bool| {
        let counts = loops.iter().map(|body| body.iter().filter(|one| count(one, Some(register))).count());
        counts.max().unwrap_or(0)
    };
    let (found, expected, what) = if kernel.fused {
        // The polynomial of exp alone has six.
        (most(Instruction::is_fused), 6, "fused multiply-adds")
    } else {
        (most(Instruction::multiplies), 1, "products")
    };
    (found < expected).then(|| format!("no loop has {expected} {what} on {register}; the most is {found}"))
}

/// Checks every function of a kernel at a level and type; gives back how many there are.
fn check(functions: &[Function], kernel: &Kernel, level: &str, kind: char, register: &str) -> Result<usize, String> {
    let place = format!("5level8Compiled{kind}E{level}");
    let of_kernel = functions.iter().filter(|function| {
        function.symbol.contains(&place) && kernel.symbols.iter().all(|part| function.symbol.contains(part))
    });
    let mut count = 0;
    for function in of_kernel {
        count += 1;
        if let Some(complaint) = complaint(function, kernel, register) {
            return Err(format!("{}: {complaint}", function.symbol));
        }
    }
    if count == 0 {
        return Err(format!(
            "no function of {} with {place} in {}; was it built with other RUSTFLAGS than those of .cargo/config.toml?",
            kernel.name,
            library().display()
        ));
    }
    Ok(count)
}

#[test]
fn hot_kernels_are_vector_code() {
    let functions = functions();
    for kernel in &KERNELS {
        for (level, register) in [("2v3", "%ymm"), ("2v4", "%zmm")] {
            for kind in ['f', 'd'] {
                let count = check(&functions, kernel, level, kind, register);
                let count = count.unwrap_or_else(|complaint| panic!("{} at {level}: {complaint}", kernel.name));
                println!("{} at {level}{kind}: {count} functions with {register}", kernel.name);
            }
        }
    }
}

#[test]
fn no_kernel_calls_the_c_librarys_mathematics() {
    let functions = functions();
    let at_levels =
        functions.iter().filter(|function| function.symbol.contains("2v3") || function.symbol.contains("2v4"));
    let mut count = 0;
    for function in at_levels {
        count += 1;
        for instruction in function.body.iter().filter(|instruction| instruction.is_call()) {
            let name = instruction.text.rsplit_once('<').and_then(|(_, name)| name.split(['@', '>']).next());
            let name = name.unwrap_or("");
            let single = name.strip_suffix('f').unwrap_or(name);
            assert!(!MATHEMATICS.contains(&single), "{}: `{}`", function.symbol, instruction.text);
        }
    }
    assert!(count > 0, "no function of a level in {}", library().display());
    println!("{count} functions");
}

/// What is compiled for every machine of the architecture has no such instructions, and calls to emulate them.
#[test]
fn the_check_refuses_code_that_is_no_vector_code() {
    let functions = functions();
    for kernel in &KERNELS {
        for kind in ['f', 'd'] {
            let complaint = check(&functions, kernel, "8portable", kind, "%ymm").expect_err("it is not for AVX2");
            assert!(complaint.contains("loop"), "{complaint}");
            println!("{}: {}", kernel.name, complaint.split_once(": ").map_or("", |(_, what)| what));
        }
    }
}
