//! The reference vectors, record by record, in each of their types.

mod support;

use losskit::Loss;
use losskit::catalog::CATALOG;
use losskit::error::{Error, Result, Status};
use losskit::tensor::Dtype;

use support::call::value_shape;
use support::record::{Derivative, Numbers, Record, files, read};
use support::{Arrangement, Array, Given, evaluate};

/// A record in one type, with memory for all that it asks for.
struct Trial {
    loss: Loss,
    given: Vec<Given>,
    value: Array,
}

fn dtype_of(name: &str) -> Result<Dtype, String> {
    match name {
        "f32" => Ok(Dtype::F32),
        "f64" => Ok(Dtype::F64),
        _ => Err(format!("unknown type '{name}'")),
    }
}

impl Trial {
    fn of(record: &Record, dtype: Dtype) -> Result<Trial, String> {
        let loss = Loss::parse(&record.spec).map_err(|error| error.to_string())?;
        let mut given = Vec::new();
        for (name, kind, numbers) in &record.operands {
            let own = match kind {
                'i' => Dtype::I64,
                'b' => Dtype::U8,
                _ => dtype,
            };
            given.push(Given::new(name, Array::new(own, &numbers.shape, &numbers.values)));
        }
        for (derivatives, second) in [(&record.gradients, false), (&record.hessians, true)] {
            for Derivative { operand, .. } in derivatives {
                let place = given.iter_mut().find(|given| given.name == *operand);
                let place = place.ok_or(format!("a derivative by '{operand}', which is not given"))?;
                *place = if second { place.clone().with_hessian(dtype) } else { place.clone().with_gradient(dtype) };
            }
        }
        let shape = match &record.value {
            Some(value) => value.shape.clone(),
            None => value_shape(&loss, &given).unwrap_or_default(),
        };
        let value = Array::filled(dtype, &shape, Arrangement::Contiguous, f64::NAN);
        Ok(Trial { loss, given, value })
    }

    fn evaluate(&mut self) -> Result<()> {
        evaluate(&self.loss, None, &mut self.given, Some(&mut self.value))
    }

    /// Every array, by name.
    fn arrays(&self) -> Vec<(String, Array)> {
        let mut arrays = vec![("value".to_owned(), self.value.clone())];
        for given in &self.given {
            arrays.push((given.name.clone(), given.array.clone()));
            arrays.extend(given.gradient.clone().map(|array| (format!("gradient {}", given.name), array)));
            arrays.extend(given.hessian.clone().map(|array| (format!("hessian {}", given.name), array)));
        }
        arrays
    }

    fn array(&self, name: &str) -> Array {
        let arrays = self.arrays();
        arrays.into_iter().find(|(found, _)| found == name).unwrap_or_else(|| panic!("no {name}")).1
    }
}

/// The rule of agreement that the format's description gives.
fn agree(what: &str, found: &Array, expected: &Numbers, tolerance: f64) -> Result<(), String> {
    if found.shape() != expected.shape {
        return Err(format!("{what}: shape {:?} instead of {:?}", found.shape(), expected.shape));
    }
    let finite = expected.values.iter().filter(|number| number.is_finite());
    let scale = finite.fold(0.0_f64, |most, number| most.max(number.abs()));
    for (index, &expected) in expected.values.iter().enumerate() {
        let found = found.get(index);
        let agrees = if expected.is_nan() {
            found.is_nan()
        } else if expected.is_infinite() {
            found == expected
        } else {
            (found - expected).abs() <= tolerance * expected.abs().max(scale)
        };
        if !agrees {
            return Err(format!("{what}[{index}]: {found:e} instead of {expected:e} (scale {scale:e})"));
        }
    }
    Ok(())
}

fn run(record: &Record, dtype: Dtype) -> Result<(), String> {
    let tolerance = if dtype == Dtype::F64 { 1e-12 } else { 2e-6 };
    let mut trial = Trial::of(record, dtype)?;
    let operands: Vec<Array> = trial.given.iter().map(|given| given.array.clone()).collect();
    trial.evaluate().map_err(|error| format!("{}: {error}", error.status))?;
    agree("value", &trial.value, record.value.as_ref().ok_or("no value is expected")?, tolerance)?;
    for (kind, derivatives) in [("gradient", &record.gradients), ("hessian", &record.hessians)] {
        for Derivative { operand, expected } in derivatives {
            let what = format!("{kind} {operand}");
            let expected = expected.as_ref().ok_or(format!("{what}: no numbers"))?;
            agree(&what, &trial.array(&what), expected, tolerance)?;
        }
    }
    match trial.given.iter().zip(operands).find(|(given, before)| given.array.memory() != before.memory()) {
        Some((given, _)) => Err(format!("operand '{}' was written to", given.name)),
        None => Ok(()),
    }
}

fn refuse(record: &Record, dtype: Dtype, status: i32) -> Result<(), String> {
    let mut trial = Trial::of(record, dtype)?;
    let before = trial.arrays();
    let error: Error = match trial.evaluate() {
        Ok(()) => return Err("it was not refused".into()),
        Err(error) => error,
    };
    if error.status as i32 != status {
        return Err(format!("status {} instead of {status}: {error}", error.status as i32));
    }
    if record.index.is_some_and(|index| error.index != Some(index)) {
        return Err(format!("index {:?} instead of {:?}: {error}", error.index, record.index));
    }
    if record.message.as_ref().is_some_and(|message| !error.message.contains(message.as_str())) {
        return Err(format!("the message is '{error}'"));
    }
    for ((name, before), (_, after)) in before.iter().zip(trial.arrays()) {
        if before.memory() != after.memory() {
            return Err(format!("{name} was written to"));
        }
    }
    Ok(())
}

#[test]
fn every_record_agrees() {
    let mut failures = Vec::new();
    let mut trials = 0;
    for path in files() {
        let records = read(&path);
        assert!(!records.is_empty(), "{} holds no record", path.display());
        for record in &records {
            assert!(!record.dtypes.is_empty(), "{} names no type", record.name);
            for name in &record.dtypes {
                trials += 1;
                let outcome = dtype_of(name).and_then(|dtype| match record.status {
                    Some(status) => refuse(record, dtype, status),
                    None => run(record, dtype),
                });
                if let Err(complaint) = outcome {
                    failures.push(format!("{} ({name}): {}\n    {complaint}", record.name, record.spec));
                }
            }
        }
    }
    let shown = failures.iter().take(40).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(failures.is_empty(), "{} of {trials} trials fail, first of all\n{shown}", failures.len());
    assert!(trials >= 5000, "only {trials} trials were found");
}

#[test]
fn every_loss_has_vectors_in_both_types() {
    let records: Vec<Record> = files().iter().flat_map(|path| read(path)).collect();
    for declaration in CATALOG {
        for dtype in ["f32", "f64"] {
            let of_this = |record: &&Record| {
                let name = record.spec.split('(').next().unwrap_or_default();
                name == declaration.name && record.status.is_none() && record.dtypes.iter().any(|name| name == dtype)
            };
            let count = records.iter().filter(of_this).count();
            assert!(count >= 10, "{} has {count} vectors in {dtype}", declaration.name);
        }
    }
}

#[test]
fn every_refusal_that_a_call_can_meet_has_vectors() {
    let records: Vec<Record> = files().iter().flat_map(|path| read(path)).collect();
    let of_calls =
        [Status::InvalidArgument, Status::InvalidShape, Status::InvalidTarget, Status::Unsupported, Status::Empty];
    for status in of_calls {
        assert!(records.iter().any(|record| record.status == Some(status as i32)), "no vector is refused as {status}");
    }
}
