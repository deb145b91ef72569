//! Rows with any targets.

use std::ops::Range;

use super::super::block::{self, Shared, blocks};
use super::super::source::{Quotients, Source, Stats};
use super::super::{Job, Kernel, Parts};
use super::{Buffers, Row, Totals, Waiting};
use crate::math::sum::{LANES, Lanes};
use crate::math::{Real, RowExp, Scalar, Sum};

/// The sum over some rows, with their derivatives written.
#[inline(always)]
pub fn rows<S: Scalar, R: Real<Storage = S>, K: Kernel, P: Source>(
    job: &Job<'_, S, K, P>,
    parts: &mut Parts<'_>,
    range: Range<usize>,
    buffers: &mut Buffers<S>,
) -> Sum {
    let mut sum = Sum::ZERO;
    for index in range {
        let label = job.target.label(index);
        let row = Row::of(job, index, label, job.rows.factors(index, label));
        let value = if row.factors.counts {
            let largest = row.largest(buffers);
            let rest = row.sum::<R>(largest, Waiting::Nowhere, buffers);
            let max = R::load(largest.0);
            let largest = if P::EXPONENTIAL { RowExp::below(max).of(max).to_f64() } else { 1.0 };
            let shared = row.shared(Stats::of(max, Quotients::of::<S, P>(largest, rest)));
            let totals = row.accumulate(shared, buffers, parts.hessian.is_some());
            row.derive_second(shared, totals, &mut parts.hessian, buffers);
            row.derive(shared, totals, &mut parts.gradient, buffers);
            totals.value
        } else {
            row.write_zeros(parts, buffers);
            0.0
        };
        sum = sum.plus(row.report(value, parts));
    }
    sum
}

impl<S: Scalar, K: Kernel, P: Source> Row<'_, '_, S, K, P> {
    /// Loss, V and S of a row with any targets.
    #[inline(always)]
    fn accumulate<R: Real<Storage = S>>(
        &self,
        shared: Shared<R, K, P>,
        buffers: &mut Buffers<S>,
        second_order: bool,
    ) -> Totals<R> {
        let Buffers { input, target, uniform, values, derivatives } = buffers;
        let (mut value, mut first, mut second) =
            (Lanes::<LANES>::default(), Lanes::<LANES>::default(), Lanes::<LANES>::default());
        for columns in blocks(self.job.classes) {
            let classes = self.classes(columns.clone(), input, target, uniform);
            values.resize(columns.len(), S::default());
            derivatives.resize(columns.len(), S::default());
            block::terms(shared, classes, values, derivatives);
            value.add(values);
            first.add(derivatives);
            if second_order {
                block::second_terms(shared, classes, derivatives);
                second.add(derivatives);
            }
        }
        let [first, second] = [first, second].map(|sum| R::from_f64(sum.fold().value()));
        Totals { value: value.fold().value(), first, second }
    }
}
