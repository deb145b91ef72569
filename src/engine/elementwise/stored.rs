//! Types that elements are stored in, and how the arithmetic reads and writes them.

use half::{bf16, f16};

use super::Kernel;
use super::everyday::Step;
use super::steps::Steps;
use crate::math::{Real, Scalar};
use crate::tensor::{narrow_f16, widen_f16};

/// A type that elements are stored in, of a loss that computes in `S`: how some of them are computed.
pub trait Stored<S: Scalar>: Copy + Default {
    /// Room that is needed meanwhile.
    type Room: Default;
    /// Whether no more than a step is computed at once, because there is room for no more.
    const HAS_ROOM: bool;

    /// Adds the values of some elements up, and writes their gradient.
    fn add<R: Real<Storage = S>, K: Kernel>(
        steps: &mut Steps<R, K>,
        room: &mut Self::Room,
        input: &[Self],
        target: &[Self],
        gradient: Option<&mut [Self]>,
    );
}

macro_rules! converted {
    ($stored:ty) => {
        impl<S: Scalar> Stored<S> for $stored {
            type Room = ();
            const HAS_ROOM: bool = false;

            #[inline(always)]
            fn add<R: Real<Storage = S>, K: Kernel>(
                steps: &mut Steps<R, K>,
                (): &mut (),
                input: &[Self],
                target: &[Self],
                gradient: Option<&mut [Self]>,
            ) {
                steps.add(input, target, gradient);
            }
        }
    };
}

converted!(S);
converted!(bf16);

/// Converted apart, before the arithmetic and behind it: by instructions that a compiler does not choose by itself.
impl<S: Scalar> Stored<S> for f16 {
    type Room = [Step<S>; 3];
    const HAS_ROOM: bool = true;

    #[inline(always)]
    fn add<R: Real<Storage = S>, K: Kernel>(
        steps: &mut Steps<R, K>,
        room: &mut [Step<S>; 3],
        input: &[f16],
        target: &[f16],
        mut gradient: Option<&mut [f16]>,
    ) {
        let [wide_input, wide_target, wide_gradient] = room.each_mut().map(|wide| &mut wide[..input.len()]);
        widen_f16(input, wide_input);
        widen_f16(target, wide_target);
        steps.add::<S>(wide_input, wide_target, gradient.is_some().then_some(&mut *wide_gradient));
        if let Some(gradient) = &mut gradient {
            narrow_f16(gradient, wide_gradient);
        }
    }
}
