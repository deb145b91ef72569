//! Half-precision numbers. Conversions are the same at every SIMD level, so the machine's best is used.

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};

use super::read::Widen;
use super::stream;
use super::walk::Block;
use crate::engine::level::{Level, Work};
use crate::math::{Real, Scalar};
use crate::tensor::Dtype;

/// Widens columns that are stored from a place on.
///
/// # Safety
/// As many numbers as the block has may be read from there on.
pub(super) unsafe fn widen_columns<Stored: Widen>(first: *const Stored, block: Block, out: &mut [f32]) {
    Level::best().run::<f32, _>(WidenWork { first, block, out });
}

/// Rounds columns to a half-precision type, to be stored from a place on, or past the caches.
///
/// # Safety
/// As many numbers as the block has may be written from there on.
pub(super) unsafe fn narrow_columns<Stored: Widen + Default>(
    first: *mut Stored,
    block: Block,
    streams: bool,
    values: &[f32],
) {
    Level::best().run::<f32, _>(NarrowWork { first, block, streams, values });
}

struct WidenWork<'b, Stored> {
    first: *const Stored,
    block: Block,
    out: &'b mut [f32],
}

struct NarrowWork<'b, Stored> {
    first: *mut Stored,
    block: Block,
    streams: bool,
    values: &'b [f32],
}

impl<Stored: Widen> Work<f32> for WidenWork<'_, Stored> {
    type Output = ();

    #[inline(always)]
    fn run<R: Real<Storage = f32>>(self) {
        let Block { length, columns, stride, pitch } = self.block;
        for column in 0..columns {
            // SAFETY: whoever made this vouched for it.
            let run = unsafe { std::slice::from_raw_parts(self.first.offset(column as isize * stride), length) };
            Stored::widen_run(run, &mut self.out[column * pitch..][..length]);
        }
    }
}

impl<Stored: Widen + Default> Work<f32> for NarrowWork<'_, Stored> {
    type Output = ();

    #[inline(always)]
    fn run<R: Real<Storage = f32>>(self) {
        const PIECE: usize = 256;
        let Block { length, columns, stride, pitch } = self.block;
        let mut buffer = [Stored::default(); PIECE];
        for column in 0..columns {
            let values = &self.values[column * pitch..][..length];
            // SAFETY: whoever made this vouched for it.
            let run = unsafe { std::slice::from_raw_parts_mut(self.first.offset(column as isize * stride), length) };
            if !self.streams {
                Stored::narrow_run(run, values);
                continue;
            }
            for (run, values) in run.chunks_mut(PIECE).zip(values.chunks(PIECE)) {
                let buffer = &mut buffer[..values.len()];
                Stored::narrow_run(buffer, values);
                stream::copy(run, buffer);
            }
        }
    }
}

impl Widen for bf16 {
    #[inline(always)]
    fn widen(self) -> f64 {
        f64::from(self.to_f32())
    }

    const IS_HALF: bool = true;

    #[inline(always)]
    fn widen_run(run: &[bf16], out: &mut [f32]) {
        for (out, &stored) in out.iter_mut().zip(run) {
            *out = widen_bf16(stored);
        }
    }

    #[inline(always)]
    fn narrow_run(run: &mut [bf16], values: &[f32]) {
        for (stored, &value) in run.iter_mut().zip(values) {
            *stored = narrow_bf16(value);
        }
    }
}

/// Widens a number for arithmetic.
#[inline(always)]
pub fn widen_bf16(stored: bf16) -> f32 {
    // The crate's own way also looks for signalling NaN, which the arithmetic quiets anyway.
    f32::from_bits(u32::from(stored.to_bits()) << 16)
}

/// Rounds a number.
#[inline(always)]
pub fn narrow_bf16(value: f32) -> bf16 {
    // As the crate does it, in fewer instructions: half a unit is added, less than that to an even number.
    let bits = value.to_bits();
    let rounded = bits.wrapping_add(0x7fff + (bits >> 16 & 1));
    let chosen = if value.is_nan() { bits | 0x40_0000 } else { rounded };
    bf16::from_bits((chosen >> 16) as u16)
}

impl Widen for f16 {
    #[inline(always)]
    fn widen(self) -> f64 {
        f64::from(self.to_f32())
    }

    const IS_HALF: bool = true;

    #[inline(always)]
    fn widen_run(run: &[f16], out: &mut [f32]) {
        widen_f16(run, out);
    }

    #[inline(always)]
    fn narrow_run(run: &mut [f16], values: &[f32]) {
        narrow_f16(run, values);
    }
}

// What the machine has is used, whatever the level: the bits are the same.

/// Widens a run of f16. As long as the run is the slice for the result.
#[inline(always)]
pub fn widen_f16<T: Scalar>(run: &[f16], out: &mut [T]) {
    assert_eq!(run.len(), out.len(), "a number for each");
    if T::DTYPE != Dtype::F32 {
        return run.iter().zip(out).for_each(|(stored, out)| *out = T::from_f64(stored.widen()));
    }
    // SAFETY: a T with this dtype is an f32.
    let out = unsafe { std::slice::from_raw_parts_mut(out.as_mut_ptr().cast::<f32>(), out.len()) };
    // The `half` crate enters the machine's instructions anew for every eight numbers.
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the machine has the instructions.
        return unsafe { x86::widen_16(run, out) };
    } else if is_x86_feature_detected!("f16c") {
        // SAFETY: as above; whoever has these has AVX.
        return unsafe { x86::widen_8(run, out) };
    }
    run.convert_to_f32_slice(out);
}

/// Rounds a run to f16. As long as the run is the slice of numbers.
#[inline(always)]
pub fn narrow_f16<T: Scalar>(run: &mut [f16], values: &[T]) {
    assert_eq!(run.len(), values.len(), "a number for each");
    if T::DTYPE != Dtype::F32 {
        return run.iter_mut().zip(values).for_each(|(stored, value)| *stored = f16::from_f64(value.to_f64()));
    }
    // SAFETY: a T with this dtype is an f32.
    let values = unsafe { std::slice::from_raw_parts(values.as_ptr().cast::<f32>(), values.len()) };
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the machine has the instructions.
        return unsafe { x86::narrow_16(run, values) };
    } else if is_x86_feature_detected!("f16c") {
        // SAFETY: as above; whoever has these has AVX.
        return unsafe { x86::narrow_8(run, values) };
    }
    run.convert_from_f32_slice(values);
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use half::f16;

    macro_rules! conversions {
        ($features:literal, $lanes:literal, $widen:ident: $load:ident, $widened:ident, $store:ident;
         $narrow:ident: $load_wide:ident, $narrowed:ident, $store_narrow:ident) => {
            #[target_feature(enable = $features)]
            #[inline]
            pub fn $widen(run: &[f16], out: &mut [f32]) {
                let (runs, run_rest) = run.as_chunks::<$lanes>();
                let (outs, out_rest) = out.as_chunks_mut::<$lanes>();
                for (stored, out) in runs.iter().zip(outs) {
                    // SAFETY: (reach) as many numbers each.
                    unsafe { $store(out.as_mut_ptr(), $widened($load(stored.as_ptr().cast()))) };
                }
                for (stored, out) in run_rest.iter().zip(out_rest) {
                    *out = stored.to_f32();
                }
            }

            #[target_feature(enable = $features)]
            #[inline]
            pub fn $narrow(run: &mut [f16], values: &[f32]) {
                let (runs, run_rest) = run.as_chunks_mut::<$lanes>();
                let (values, values_rest) = values.as_chunks::<$lanes>();
                for (stored, values) in runs.iter_mut().zip(values) {
                    // SAFETY: (reach) as many numbers each.
                    unsafe {
                        let rounded = $narrowed::<_MM_FROUND_TO_NEAREST_INT>($load_wide(values.as_ptr()));
                        $store_narrow(stored.as_mut_ptr().cast(), rounded);
                    }
                }
                for (stored, &value) in run_rest.iter_mut().zip(values_rest) {
                    *stored = f16::from_f32(value);
                }
            }
        };
    }

    conversions!("avx,f16c", 8, widen_8: _mm_loadu_si128, _mm256_cvtph_ps, _mm256_storeu_ps;
        narrow_8: _mm256_loadu_ps, _mm256_cvtps_ph, _mm_storeu_si128);
    conversions!("avx512f", 16, widen_16: _mm256_loadu_si256, _mm512_cvtph_ps, _mm512_storeu_ps;
        narrow_16: _mm512_loadu_ps, _mm512_cvtps_ph, _mm256_storeu_si256);
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;

    /// Every f16 and, on the way back, every number between two of them, or halfway; runs of all lengths of a rest.
    fn check(widen: impl Fn(&[f16], &mut [f32]), narrow: impl Fn(&mut [f16], &[f32])) {
        let stored: Vec<f16> = (0..=u16::MAX).map(f16::from_bits).collect();
        let mut widened = vec![0.0; stored.len()];
        widen(&stored, &mut widened);
        for (&stored, &widened) in stored.iter().zip(&widened) {
            assert!(stored.to_f32() == widened || (stored.is_nan() && widened.is_nan()), "{:#06x}", stored.to_bits());
        }
        let nearby = widened.iter().flat_map(|value| {
            [0, 1, 0xfff, 0x1000, 0x1001, 0x1fff].map(|beyond| f32::from_bits(value.to_bits().wrapping_add(beyond)))
        });
        let values: Vec<f32> = nearby.collect();
        for values in [&values[..], &values[..31], &values[..1]] {
            let mut narrowed = vec![f16::ZERO; values.len()];
            narrow(&mut narrowed, values);
            for (&narrowed, &value) in narrowed.iter().zip(values) {
                let expected = f16::from_f32(value);
                assert!(narrowed == expected || (narrowed.is_nan() && expected.is_nan()), "{value:e}");
            }
        }
    }

    #[test]
    fn every_width_converts_f16_as_the_crate_does() {
        check(widen_f16, narrow_f16);
        if is_x86_feature_detected!("f16c") {
            // SAFETY: the machine has the instructions; whoever has these has AVX.
            check(|run, out| unsafe { x86::widen_8(run, out) }, |run, values| unsafe { x86::narrow_8(run, values) });
        }
    }
}
