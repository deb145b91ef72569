//! Half-precision numbers, a run at a time. Conversions are the same at every SIMD level, so the machine's best is used.

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};

use super::read::Widen;
use crate::engine::level::{Level, Work};
use crate::math::Real;

impl Widen for bf16 {
    #[inline(always)]
    fn widen(self) -> f64 {
        f64::from(self.to_f32())
    }

    fn widen_run(run: &[bf16], out: &mut [f32]) {
        Level::best().run::<f32, _>(WidenWork { run, out });
    }

    const NARROWS: bool = true;

    fn narrow_run(run: &mut [bf16], values: &[f32]) {
        Level::best().run::<f32, _>(NarrowWork { run, values });
    }
}

struct WidenWork<'r> {
    run: &'r [bf16],
    out: &'r mut [f32],
}

struct NarrowWork<'r> {
    run: &'r mut [bf16],
    values: &'r [f32],
}

impl Work<f32> for WidenWork<'_> {
    type Output = ();

    #[inline(always)]
    fn run<R: Real<Storage = f32>>(self) {
        for (out, stored) in self.out.iter_mut().zip(self.run) {
            *out = stored.to_f32();
        }
    }
}

impl Work<f32> for NarrowWork<'_> {
    type Output = ();

    #[inline(always)]
    fn run<R: Real<Storage = f32>>(self) {
        for (stored, &value) in self.run.iter_mut().zip(self.values) {
            *stored = bf16::from_f32(value);
        }
    }
}

impl Widen for f16 {
    #[inline(always)]
    fn widen(self) -> f64 {
        f64::from(self.to_f32())
    }

    fn widen_run(run: &[f16], out: &mut [f32]) {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("f16c") {
            // SAFETY: the machine has the instructions; whoever has these has AVX.
            return unsafe { f16c::widen(run, out) };
        }
        run.convert_to_f32_slice(out);
    }

    const NARROWS: bool = true;

    fn narrow_run(run: &mut [f16], values: &[f32]) {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("f16c") {
            // SAFETY: as above.
            return unsafe { f16c::narrow(run, values) };
        }
        run.convert_from_f32_slice(values);
    }
}

/// The machine's conversions, which the `half` crate enters anew for every eight numbers.
#[cfg(target_arch = "x86_64")]
mod f16c {
    use std::arch::x86_64::*;

    use half::f16;

    const LANES: usize = 8;

    #[target_feature(enable = "avx,f16c")]
    pub fn widen(run: &[f16], out: &mut [f32]) {
        let (runs, run_rest) = run.as_chunks::<LANES>();
        let (outs, out_rest) = out.as_chunks_mut::<LANES>();
        for (stored, out) in runs.iter().zip(outs) {
            // SAFETY: (reach) eight numbers each.
            unsafe { _mm256_storeu_ps(out.as_mut_ptr(), _mm256_cvtph_ps(_mm_loadu_si128(stored.as_ptr().cast()))) };
        }
        for (stored, out) in run_rest.iter().zip(out_rest) {
            *out = stored.to_f32();
        }
    }

    #[target_feature(enable = "avx,f16c")]
    pub fn narrow(run: &mut [f16], values: &[f32]) {
        let (runs, run_rest) = run.as_chunks_mut::<LANES>();
        let (values, values_rest) = values.as_chunks::<LANES>();
        for (stored, values) in runs.iter_mut().zip(values) {
            // SAFETY: (reach) eight numbers each.
            unsafe {
                let rounded = _mm256_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(_mm256_loadu_ps(values.as_ptr()));
                _mm_storeu_si128(stored.as_mut_ptr().cast(), rounded);
            }
        }
        for (stored, &value) in run_rest.iter_mut().zip(values_rest) {
            *stored = f16::from_f32(value);
        }
    }
}
