//! How families of losses walk memory. Every loss is map, reduce, map: a pass that turns elements into a few sums, the
//! combination of those sums, and a pass that turns elements and sums into derivatives, fused where the sums allow.
//!
//! - [`elementwise`]: one input, one target, one number each ([`elementwise::Kernel`]).
//! - [`softmax`]: rows of logits or probabilities; a loss is a function of a class's log-probability
//!   ([`softmax::Kernel`]).
//! - [`margin`]: rows of scores; the loss is the worst class against the true one ([`margin::Kernel`]).
//! - [`linear`]: rows of a last layer's inputs, with its matrix; the loss is softmax cross-entropy of their products.
//! - [`overlap`]: regions; the loss is a function of intersection and sizes ([`overlap::Kernel`]).
//!
//! Products of matrices are in [`product`].
//!
//! A family is handed operands that are already checked, writes derivatives and unreduced values, and returns the sum.

#[forbid(unsafe_code)]
mod aligned;
#[forbid(unsafe_code)]
pub mod census;
#[forbid(unsafe_code)]
mod converted;
#[forbid(unsafe_code)]
pub mod elementwise;
pub mod level;
#[forbid(unsafe_code)]
pub mod linear;
#[forbid(unsafe_code)]
pub mod margin;
#[forbid(unsafe_code)]
pub mod overlap;
pub mod product;
#[forbid(unsafe_code)]
pub mod shares;
#[forbid(unsafe_code)]
pub mod softmax;
#[forbid(unsafe_code)]
pub mod target;

pub use census::Census;
pub use level::Level;
pub use shares::Shares;

use crate::context::Context;
use crate::error::Result;
use crate::math::Sum;
use crate::tensor::{Dtype, Part, Shape, Split, Tensor, TensorMut, View};

/// The tensors that one loss reads in one call.
#[derive(Clone, Copy)]
pub struct Operands<'a> {
    /// What is differentiated.
    pub input: &'a Tensor<'a>,
    /// Whether the gradient takes the input's place in memory, so that the input must not be lent.
    pub replaced: bool,
    /// What the input is compared with; absent for regularisers.
    pub target: Option<&'a Tensor<'a>>,
    /// The matrix of a last layer.
    pub weight: Option<LayerOperand<'a>>,
    /// What the last layer adds.
    pub bias: Option<LayerOperand<'a>>,
    /// A factor for each loss element.
    pub sample_weight: Option<&'a Tensor<'a>>,
    /// Which loss elements (or pixels) count.
    pub mask: Option<&'a Tensor<'a>>,
    /// The operand bound to the loss's own tensor parameter, such as `class_weight=@w`.
    pub parameter: Option<&'a Tensor<'a>>,
    /// The upstream gradient of an unreduced value.
    pub grad_output: Option<&'a Tensor<'a>>,
}

/// A parameter of a last layer, differentiated beside the input.
#[derive(Clone, Copy)]
pub struct LayerOperand<'a> {
    /// The parameter.
    pub tensor: &'a Tensor<'a>,
    /// Whether its gradient takes its place in memory, so that it must not be lent.
    pub replaced: bool,
}

impl<'a> Operands<'a> {
    /// A view of the input, which only copies where the gradient takes the input's place.
    fn of_input(&self, view: View<'a>) -> View<'a> {
        if self.replaced { view.copying() } else { view }
    }
}

/// An output and whether it is added to.
#[derive(Clone, Copy)]
pub struct Output<'a> {
    /// Where to.
    pub tensor: &'a TensorMut<'a>,
    /// Add to what is there instead of overwriting it.
    pub accumulate: bool,
}

impl Output<'_> {
    /// Stores or adds one number everywhere.
    pub fn fill(&self, number: f64) {
        let elements = self.tensor.layout().elements();
        if let Some(mut part) = self.tensor.split_elements(elements.max(1), self.accumulate).part(0) {
            part.fill(number);
        }
    }
}

/// What one loss writes in one call.
#[derive(Clone, Copy, Default)]
pub struct Outputs<'a> {
    /// The unreduced values; absent for a reduced loss, whose sum is returned.
    pub values: Option<Output<'a>>,
    /// The gradient with respect to the input.
    pub gradient: Option<Output<'a>>,
    /// The diagonal of the Hessian with respect to the input.
    pub hessian: Option<Output<'a>>,
    /// The gradient with respect to the matrix of a last layer.
    pub weight: Option<Output<'a>>,
    /// The gradient with respect to what the last layer adds.
    pub bias: Option<Output<'a>>,
}

impl<'a> Outputs<'a> {
    /// Those that are wanted.
    pub fn all(&self) -> impl Iterator<Item = Output<'a>> + use<'a> {
        [self.values, self.gradient, self.hessian, self.weight, self.bias].into_iter().flatten()
    }
}

/// The constant factors of one call.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Of unreduced values: the term's coefficient.
    pub values: f64,
    /// Of derivatives: coefficient, upstream gradient and divisor together.
    pub derivatives: f64,
}

/// One call of one loss.
pub struct Call<'a> {
    /// Where it runs.
    pub context: Option<&'a Context>,
    /// What it reads.
    pub operands: &'a Operands<'a>,
    /// What was learned before anything is written.
    pub census: &'a Census,
    /// What it writes.
    pub outputs: Outputs<'a>,
    /// Constant factors.
    pub scale: Scale,
}

impl Call<'_> {
    /// The SIMD level to run at.
    pub fn level(&self) -> Level {
        Level::of(self.context)
    }
}

/// Input, target and gradient lent as they lie in memory, as many elements of each.
pub struct Lent<'a, S> {
    /// What is differentiated.
    pub input: &'a [S],
    /// What the input is compared with; absent for regularisers.
    pub target: Option<&'a [S]>,
    /// The gradient with respect to the input, if it is wanted.
    pub gradient: Option<&'a mut [S]>,
}

/// All that a short call reads and writes: a call for value and gradient of so few elements that one task does it.
pub enum Short<'a> {
    /// In f32.
    Single(Lent<'a, f32>),
    /// In f64.
    Double(Lent<'a, f64>),
}

impl Short<'_> {
    /// The number of elements.
    #[inline(always)]
    pub fn elements(&self) -> usize {
        match self {
            Short::Single(lent) => lent.input.len(),
            Short::Double(lent) => lent.input.len(),
        }
    }

    /// Whether there is a target.
    #[inline(always)]
    pub fn has_target(&self) -> bool {
        match self {
            Short::Single(lent) => lent.target.is_some(),
            Short::Double(lent) => lent.target.is_some(),
        }
    }
}

/// Second derivatives as their user wants them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curvature {
    /// The upper bound instead of the exact diagonal, where they differ.
    pub bound: bool,
    /// Factor of the second derivative.
    pub scale: f64,
    /// Floor of the scaled second derivative.
    pub least: f64,
}

impl Curvature {
    /// The exact second derivative.
    pub const EXACT: Curvature = Curvature { bound: false, scale: 1.0, least: f64::NEG_INFINITY };
}

/// A family of losses with one of its kernels: what [`crate::compose::Term`] drives.
pub trait Family: Send + Sync {
    /// Checks dtypes and shapes against each other and gives the shape of the loss elements. Reads no element.
    fn shape(&self, operands: &Operands<'_>) -> Result<Shape>;

    /// The shape that a mask must have: that of the loss elements, unless pixels are masked.
    fn mask_shape(&self, _operands: &Operands<'_>, elements: &Shape) -> Shape {
        *elements
    }

    /// Looks at every label and counts what counts. Writes nothing.
    fn census(
        &self,
        context: Option<&Context>,
        operands: &Operands<'_>,
        names: &Names<'_>,
        elements: usize,
        weigh: bool,
    ) -> Result<Census>;

    /// Whether the Hessian diagonal is offered.
    fn has_hessian(&self) -> bool;

    /// Writes the outputs and returns the weighted sum of the loss elements.
    fn evaluate(&self, call: &Call<'_>) -> Result<Sum>;

    /// Whether there is a shorter way for calls in which every element counts once.
    fn has_short(&self) -> bool {
        false
    }

    /// All of the above at once on that way, where there is one. Nothing, and nothing is written, where something is to be
    /// refused: then the other functions answer.
    fn evaluate_short(&self, _level: Level, _short: &mut Short<'_>, _derivative_factor: f64) -> Option<Sum> {
        None
    }
}

/// What messages call the operands.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    /// The name bound to `input`.
    pub input: &'a str,
    /// The name bound to `target`.
    pub target: &'a str,
}

/// Whether a loss with this input computes in f64; otherwise in f32.
pub fn computes_in_double(input: Dtype) -> bool {
    input == Dtype::F64
}

/// The part of an output that belongs to a task: nothing if the output is not wanted, no answer if the part is taken.
#[inline(always)]
fn take_part<'p>(split: &'p Option<Split<'_>>, task: usize) -> Option<Option<Part<'p>>> {
    match split {
        Some(split) => split.part(task).map(Some),
        None => Some(None),
    }
}
