//! One task of an elementwise loss: blocks of elements, from memory to derivatives and a sum.

use std::ops::Range;

use super::{Jet, Kernel};
use crate::engine::level::Work;
use crate::engine::{Curvature, take_part};
use crate::math::sum::{LANES, Lanes};
use crate::math::{Real, Scalar, Sum};
use crate::tensor::{Part, Split, View};

/// Elements processed together: a few arrays of them stay in the first-level cache.
pub const BLOCK: usize = 256;

/// Everything that the tasks of one call share.
pub struct Job<'a, K> {
    pub kernel: K,
    pub input: View<'a>,
    pub target: Option<View<'a>>,
    pub gradient: Option<Split<'a>>,
    pub derivative_factor: f64,
    pub curvature: Curvature,
    pub ignore_index: Option<f64>,
    pub weight: Option<View<'a>>,
    pub sample_weight: Option<View<'a>>,
    pub mask: Option<View<'a>>,
    pub grad_output: Option<View<'a>>,
    pub values: Option<Split<'a>>,
    pub hessian: Option<Split<'a>>,
    /// Elements that make one loss element.
    pub group: usize,
    pub value_factor: f64,
}

/// One share of the work.
pub struct TaskWork<'j, J> {
    pub job: &'j J,
    pub task: usize,
    pub range: Range<usize>,
}

/// The parts of the outputs that belong to the task.
struct Parts<'p> {
    values: Option<Part<'p>>,
    gradient: Option<Part<'p>>,
    hessian: Option<Part<'p>>,
}

impl<S: Scalar, K: Kernel> Work<S> for TaskWork<'_, Job<'_, K>> {
    /// The sum over the share; nothing if another thread was given the same share.
    type Output = Option<Sum>;

    #[inline(always)]
    fn run<R: Real<Storage = S>>(self) -> Option<Sum> {
        let job = self.job;
        let mut parts = Parts {
            values: take_part(&job.values, self.task)?,
            gradient: take_part(&job.gradient, self.task)?,
            hessian: take_part(&job.hessian, self.task)?,
        };
        Some(general::<S, R, K>(job, &mut parts, &self.range))
    }
}

/// Every case: any layout, type, weights and outputs, through buffers that stay in the cache.
#[inline(always)]
fn general<S: Scalar, R: Real<Storage = S>, K: Kernel>(
    job: &Job<'_, K>,
    parts: &mut Parts<'_>,
    range: &Range<usize>,
) -> Sum {
    let mut buffers = Buffers::<S>::default();
    if job.group == 1 {
        return segment::<S, R, K>(job, parts, &mut buffers, range.clone());
    }
    for group in range.clone() {
        let elements = group * job.group..(group + 1) * job.group;
        let sum = segment::<S, R, K>(job, parts, &mut buffers, elements);
        if let Some(values) = &mut parts.values {
            values.write(group, &[sum.value() * job.value_factor]);
        }
    }
    Sum::ZERO
}

struct Buffers<S> {
    input: [S; BLOCK],
    target: [S; BLOCK],
    weight: [S; BLOCK],
    value: [S; BLOCK],
    gradient: [S; BLOCK],
    hessian: [S; BLOCK],
    factor: [f64; BLOCK],
}

impl<S: Scalar> Default for Buffers<S> {
    #[inline(always)]
    fn default() -> Buffers<S> {
        let zero = [S::default(); BLOCK];
        Buffers {
            input: zero,
            target: zero,
            weight: zero,
            value: zero,
            gradient: zero,
            hessian: zero,
            factor: [0.0; BLOCK],
        }
    }
}

/// The sum over some elements, with their derivatives written.
#[inline(always)]
fn segment<S: Scalar, R: Real<Storage = S>, K: Kernel>(
    job: &Job<'_, K>,
    parts: &mut Parts<'_>,
    buffers: &mut Buffers<S>,
    range: Range<usize>,
) -> Sum {
    let mut lanes = Lanes::<LANES>::default();
    let mut start = range.start;
    while start < range.end {
        let count = BLOCK.min(range.end - start);
        jets::<S, R, K>(job, buffers, start, count);
        let mut counts = [true; BLOCK];
        exclude(job, buffers, &mut counts[..count], start);
        weigh::<S, R, K>(job, buffers, &counts[..count], start);
        let value = &buffers.value[..count];
        lanes.add(value);
        if let (Some(values), 1) = (&mut parts.values, job.group) {
            let factor = R::from_f64(job.value_factor);
            let mut scaled = [S::default(); BLOCK];
            for index in 0..count {
                scaled[index] = (R::load(value[index]) * factor).store();
            }
            values.write(start, &scaled[..count]);
        }
        if let Some(gradient) = &mut parts.gradient {
            gradient.write(start, &buffers.gradient[..count]);
        }
        if let Some(hessian) = &mut parts.hessian {
            hessian.write(start, &buffers.hessian[..count]);
        }
        start += count;
    }
    lanes.fold_terms::<S>()
}

/// Unweighted values and derivatives of a block.
#[inline(always)]
fn jets<S: Scalar, R: Real<Storage = S>, K: Kernel>(
    job: &Job<'_, K>,
    buffers: &mut Buffers<S>,
    start: usize,
    count: usize,
) {
    job.input.read(start, &mut buffers.input[..count]);
    if let Some(target) = &job.target {
        target.read(start, &mut buffers.target[..count]);
    }
    match &job.weight {
        Some(weight) => weight.read(start, &mut buffers.weight[..count]),
        None => buffers.weight[..count].fill(R::ONE.store()),
    }
    let Buffers { input, target, weight, value, gradient, hessian, .. } = buffers;
    let sources = [&input[..count], &target[..count], &weight[..count]];
    let results = [&mut value[..count], &mut gradient[..count], &mut hessian[..count]];
    jets_of::<S, R, K>(job.kernel, job.curvature, sources, results);
}

/// Values and derivatives of a block, from input, target and weight.
#[inline(always)]
fn jets_of<S: Scalar, R: Real<Storage = S>, K: Kernel>(
    kernel: K,
    curvature: Curvature,
    [input, target, weight]: [&[S]; 3],
    [value, gradient, hessian]: [&mut [S]; 3],
) {
    let Curvature { bound: _, scale, least } = curvature;
    let (scale, least) = (R::from_f64(scale), R::from_f64(least));
    let count = input.len();
    let (target, weight) = (&target[..count], &weight[..count]);
    let (value, gradient, hessian) = (&mut value[..count], &mut gradient[..count], &mut hessian[..count]);
    for index in 0..count {
        let jet: Jet<R> = kernel.jet(R::load(input[index]), R::load(target[index]), R::load(weight[index]));
        value[index] = jet.value.store();
        gradient[index] = jet.gradient.store();
        hessian[index] = (jet.hessian * scale).at_least(least).store();
    }
}

/// Clears `counts` for elements that are masked or ignored.
#[inline(always)]
fn exclude<S: Scalar, K>(job: &Job<'_, K>, buffers: &mut Buffers<S>, counts: &mut [bool], start: usize) {
    if let Some(mask) = &job.mask {
        let values = &mut buffers.factor[..counts.len()];
        mask.read(start, values);
        for (counts, value) in counts.iter_mut().zip(values) {
            *counts &= *value != 0.0;
        }
    }
    if let Some(ignored) = job.ignore_index {
        // In f64, as the census compares: rounded to the compute type another label might look the same.
        if let Some(target) = &job.target {
            let labels = &mut buffers.factor[..counts.len()];
            target.read(start, labels);
            for (counts, label) in counts.iter_mut().zip(labels) {
                *counts &= *label != ignored;
            }
        }
    }
}

/// Multiplies weights, upstream gradient and scale in; what does not count becomes exactly zero, whatever it was.
#[inline(always)]
fn weigh<S: Scalar, R: Real<Storage = S>, K>(
    job: &Job<'_, K>,
    buffers: &mut Buffers<S>,
    counts: &[bool],
    start: usize,
) {
    let Buffers { value, gradient, hessian, factor, .. } = buffers;
    let factor = &mut factor[..counts.len()];
    factor.fill(1.0);
    if let Some(weight) = &job.sample_weight {
        weight.read(start, factor);
        for (value, &weight) in value.iter_mut().zip(&*factor) {
            *value = (R::load(*value) * R::from_f64(weight)).store();
        }
    }
    if let Some(upstream) = &job.grad_output {
        let mut output = [0.0_f64; BLOCK];
        let output = &mut output[..counts.len()];
        upstream.read(start, output);
        for (factor, &output) in factor.iter_mut().zip(&*output) {
            *factor *= output;
        }
    }
    for (index, &counts) in counts.iter().enumerate() {
        let factor = R::from_f64(factor[index] * job.derivative_factor);
        value[index] = R::only_if(counts, R::load(value[index])).store();
        gradient[index] = R::only_if(counts, R::load(gradient[index]) * factor).store();
        hessian[index] = R::only_if(counts, R::load(hessian[index]) * factor).store();
    }
}
