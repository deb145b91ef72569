//! SIMD levels: the same kernels, compiled once for each, chosen at run time. A level changes speed, never a bit.

use std::sync::OnceLock;

use crate::math::Scalar;

/// A set of instructions that kernels are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What every machine of the architecture has, with the fused multiply-add emulated where it is not part of that.
    Portable,
    /// x86-64-v3: AVX2, FMA and F16C. On aarch64: its baseline, which has both NEON and FMA.
    V3,
    /// x86-64-v4: AVX-512 F, BW, CD, DQ and VL.
    V4,
}

/// Work that is compiled for each level.
pub trait Work<S: Scalar> {
    /// What it gives back.
    type Output;
    /// The work itself. Implementations, and all that they call, are `#[inline(always)]`, so that they are compiled
    /// with the instructions of the level they are inlined into.
    fn run<R: crate::math::Real<Storage = S>>(self) -> Self::Output;
}

impl Level {
    /// The best level of this machine.
    pub fn best() -> Level {
        static BEST: OnceLock<Level> = OnceLock::new();
        *BEST.get_or_init(detect)
    }

    /// All levels of this machine, for tests that compare them.
    pub fn available() -> impl Iterator<Item = Level> {
        [Level::Portable, Level::V3, Level::V4].into_iter().filter(|&level| level <= Level::best())
    }

    /// Runs the work with this level's instructions; a level that the machine lacks is lowered to one that it has.
    #[inline]
    pub fn run<S: Scalar, W: Work<S>>(self, work: W) -> W::Output {
        match self.min(Level::best()) {
            Level::Portable => portable::<S, W>(work),
            // SAFETY: `best` found AVX2, FMA and F16C on this machine (or this is aarch64, where they need no finding).
            #[allow(unused_unsafe)]
            Level::V3 => unsafe { v3::<S, W>(work) },
            // SAFETY: `best` found the AVX-512 extensions named at `v4`.
            #[allow(unused_unsafe)]
            Level::V4 => unsafe { v4::<S, W>(work) },
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn detect() -> Level {
    let v3 = is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("f16c")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2");
    let v4 = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512cd")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl");
    match (v3, v4) {
        (true, true) => Level::V4,
        (true, false) => Level::V3,
        _ => Level::Portable,
    }
}

#[cfg(target_arch = "aarch64")]
fn detect() -> Level {
    Level::V3
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn detect() -> Level {
    Level::Portable
}

#[inline(never)]
fn portable<S: Scalar, W: Work<S>>(work: W) -> W::Output {
    work.run::<S::Portable>()
}

#[inline(never)]
#[cfg_attr(target_arch = "x86_64", target_feature(enable = "avx2,fma,f16c,bmi1,bmi2"))]
fn v3<S: Scalar, W: Work<S>>(work: W) -> W::Output {
    work.run::<S::Fused>()
}

#[inline(never)]
#[cfg_attr(
    target_arch = "x86_64",
    target_feature(enable = "avx2,fma,f16c,bmi1,bmi2,avx512f,avx512bw,avx512cd,avx512dq,avx512vl")
)]
fn v4<S: Scalar, W: Work<S>>(work: W) -> W::Output {
    work.run::<S::Fused>()
}
