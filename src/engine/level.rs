//! SIMD levels: the same kernels, compiled once for each, chosen at run time. A level changes speed, never a bit.

use std::sync::OnceLock;

use crate::context::Context;
use crate::math::Scalar;

/// A set of instructions that kernels are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What every machine of the architecture has, with the fused multiply-add emulated where it is not part of that.
    Portable,
    /// Of x86-64-v3: AVX2, FMA, F16C, BMI1 and BMI2. On aarch64: its baseline, which has both NEON and FMA.
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
    /// The level of a context; without one, the best of this machine.
    #[inline]
    pub fn of(context: Option<&Context>) -> Level {
        context.map_or_else(Level::best, Context::level)
    }

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
            Level::Portable => work.portable(),
            // SAFETY: `best` found the instructions that `v3` is compiled for on this machine.
            Level::V3 => unsafe { work.v3() },
            // SAFETY: `best` found the instructions that `v4` is compiled for on this machine.
            Level::V4 => unsafe { work.v4() },
        }
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

/// What x86-64 calls the instructions of each level, said once: what is detected is what is compiled for.
macro_rules! levels {
    (v3: [$($v3:tt)+] v4: [$($v4:tt)+]) => {
        #[cfg(target_arch = "x86_64")]
        fn detect() -> Level {
            let v3 = true $(&& is_x86_feature_detected!($v3))+;
            let v4 = v3 $(&& is_x86_feature_detected!($v4))+;
            match (v3, v4) {
                (_, true) => Level::V4,
                (true, false) => Level::V3,
                (false, false) => Level::Portable,
            }
        }

        /// Work, compiled once for each level.
        ///
        /// Methods of the work's type and not functions, because the compiler divides a crate by the modules of the
        /// types: so the families of losses are compiled side by side, and again only when they change.
        trait Compiled<S: Scalar>: Work<S> + Sized {
            #[inline(never)]
            fn portable(self) -> Self::Output {
                self.run::<S::Portable>()
            }

            /// # Safety
            ///
            /// The machine has the instructions of `v3`, if it is an x86-64.
            #[inline(never)]
            #[cfg_attr(target_arch = "x86_64", target_feature($(enable = $v3),+))]
            unsafe fn v3(self) -> Self::Output {
                self.run::<S::Fused>()
            }

            /// # Safety
            ///
            /// The machine has the instructions of `v3` and `v4`, if it is an x86-64.
            #[inline(never)]
            #[cfg_attr(target_arch = "x86_64", target_feature($(enable = $v3,)+ $(enable = $v4),+))]
            unsafe fn v4(self) -> Self::Output {
                self.run::<S::Fused>()
            }
        }
    };
}

levels! {
    v3: ["avx2" "fma" "f16c" "bmi1" "bmi2"]
    v4: ["avx512f" "avx512bw" "avx512cd" "avx512dq" "avx512vl"]
}

impl<S: Scalar, W: Work<S>> Compiled<S> for W {}
