//! The reader of reference vectors; their format is described beside them.

use std::path::{Path, PathBuf};

/// A shape and its numbers, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    pub shape: Vec<usize>,
    pub values: Vec<f64>,
}

/// What is expected of a derivative: numbers, or only that it is asked for.
#[derive(Clone, Debug)]
pub struct Derivative {
    pub operand: String,
    pub expected: Option<Numbers>,
}

/// One case.
#[derive(Clone, Debug, Default)]
pub struct Record {
    pub name: String,
    pub spec: String,
    pub dtypes: Vec<String>,
    /// Name, kind and numbers.
    pub operands: Vec<(String, char, Numbers)>,
    pub value: Option<Numbers>,
    pub gradients: Vec<Derivative>,
    pub hessians: Vec<Derivative>,
    pub status: Option<i32>,
    pub index: Option<usize>,
    pub message: Option<String>,
}

/// Every file of vectors, in the order of their names.
pub fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let entries = folder.read_dir().unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("an entry of the folder").path());
    let mut files: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|end| end == "txt")).collect();
    files.sort();
    files
}

/// Every record of a file. A line that is not understood fails the test, with its place.
pub fn read(path: &Path) -> Vec<Record> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut records = Vec::new();
    let mut record: Option<Record> = None;
    for (number, line) in text.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let place = format!("{}:{}", path.display(), number + 1);
        let (field, rest) = line.split_once(' ').unwrap_or((line, ""));
        match (field, &mut record) {
            ("case", None) => record = Some(Record { name: rest.into(), ..Record::default() }),
            ("end", Some(_)) => records.extend(record.take()),
            (_, Some(record)) => {
                add(record, field, rest).unwrap_or_else(|complaint| panic!("{place}: {complaint}"));
            }
            _ => panic!("{place}: '{field}' stands in the wrong place"),
        }
    }
    assert!(record.is_none(), "{}: the last case does not end", path.display());
    records
}

fn add(record: &mut Record, field: &str, rest: &str) -> Result<(), String> {
    match field {
        "spec" => record.spec = rest.into(),
        "dtype" => record.dtypes = rest.split(' ').map(str::to_owned).collect(),
        "operand" => {
            let (name, rest) = rest.split_once(' ').ok_or("the operand's kind is missing")?;
            let (kind, rest) = rest.split_once(' ').ok_or("the operand's rank is missing")?;
            let kind = match kind {
                "f" => 'f',
                "i" => 'i',
                "b" => 'b',
                _ => return Err(format!("unknown kind '{kind}'")),
            };
            record.operands.push((name.into(), kind, numbers(rest)?));
        }
        "value" => record.value = Some(numbers(rest)?),
        "gradient" => record.gradients.push(derivative(rest)?),
        "hessian" => record.hessians.push(derivative(rest)?),
        "status" => record.status = Some(rest.parse().map_err(|_| "not a status")?),
        "index" => record.index = Some(rest.parse().map_err(|_| "not an index")?),
        "message" => record.message = Some(rest.into()),
        _ => return Err(format!("unknown field '{field}'")),
    }
    Ok(())
}

fn derivative(rest: &str) -> Result<Derivative, String> {
    match rest.split_once(' ') {
        Some((operand, rest)) => Ok(Derivative { operand: operand.into(), expected: Some(numbers(rest)?) }),
        None => Ok(Derivative { operand: rest.into(), expected: None }),
    }
}

/// RANK DIMENSIONS… VALUES…
fn numbers(text: &str) -> Result<Numbers, String> {
    let mut words = text.split(' ');
    let mut whole = || words.next().and_then(|word| word.parse::<usize>().ok()).ok_or("a whole number is missing");
    let rank = whole()?;
    let shape = (0..rank).map(|_| whole()).collect::<Result<Vec<usize>, _>>()?;
    let values: Vec<f64> =
        words.map(|word| word.parse().map_err(|_| format!("'{word}' is no number"))).collect::<Result<_, _>>()?;
    if values.len() != shape.iter().product::<usize>() {
        return Err(format!("{} values for shape {shape:?}", values.len()));
    }
    Ok(Numbers { shape, values })
}
