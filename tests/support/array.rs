//! A tensor with memory of its own, of any type and layout.

use half::{bf16, f16};
use losskit::tensor::{Dtype, Layout, Shape, Tensor, TensorMut};

/// How the elements of an array lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrangement {
    /// Row-major, without gaps.
    Contiguous,
    /// Row-major, with a gap after each element and a longer one after each row.
    Strided,
    /// Column-major.
    Transposed,
    /// Row-major from the end of memory to its beginning: every stride is negative.
    Reversed,
}

impl Arrangement {
    pub const ALL: [Arrangement; 4] =
        [Arrangement::Contiguous, Arrangement::Strided, Arrangement::Transposed, Arrangement::Reversed];

    fn strides(self, shape: &[usize]) -> Vec<isize> {
        let mut strides = vec![0; shape.len()];
        let mut next = if self == Arrangement::Strided { 2 } else { 1 };
        for position in 0..shape.len() {
            let dimension = if self == Arrangement::Transposed { position } else { shape.len() - 1 - position };
            strides[dimension] = if self == Arrangement::Reversed { -next } else { next };
            // As of one element where there is none, which is row-major without gaps, too.
            next *= shape[dimension].max(1) as isize;
            next += if self == Arrangement::Strided { 3 } else { 0 };
        }
        strides
    }
}

/// A tensor with memory of its own. Numbers go in and out as f64, which holds all of them exactly but large i64.
#[derive(Clone)]
pub struct Array {
    dtype: Dtype,
    // Words, so that every type is aligned.
    memory: Vec<u64>,
    // Of the first element, in elements.
    origin: usize,
    layout: Layout,
}

impl Array {
    /// Row-major, with the given numbers.
    pub fn new(dtype: Dtype, shape: &[usize], numbers: &[f64]) -> Array {
        let mut array = Array::filled(dtype, shape, Arrangement::Contiguous, 0.0);
        assert_eq!(array.count(), numbers.len(), "numbers for shape {shape:?}");
        (0..numbers.len()).for_each(|index| array.set(index, numbers[index]));
        array
    }

    /// With the same number everywhere, gaps included.
    pub fn filled(dtype: Dtype, shape: &[usize], arrangement: Arrangement, number: f64) -> Array {
        let strides = arrangement.strides(shape);
        let layout = Layout::strided(Shape::new(shape).expect("a rank of at most 8"), &strides).expect("same rank");
        let (low, high) = layout.reach().unwrap_or((0, -1));
        let bytes = (high - low + 1) as usize * dtype.size();
        // One word full of copies of the number; its multiplication by ones repeats it.
        let word = match dtype.size() {
            1 => bits(dtype, number) * 0x0101_0101_0101_0101,
            2 => bits(dtype, number) * 0x0001_0001_0001_0001,
            4 => bits(dtype, number) * 0x0000_0001_0000_0001,
            _ => bits(dtype, number),
        };
        Array { dtype, memory: vec![word; bytes.div_ceil(8)], origin: low.unsigned_abs(), layout }
    }

    /// The same numbers in another layout.
    pub fn arranged(&self, arrangement: Arrangement) -> Array {
        self.converted(self.dtype, arrangement)
    }

    /// The same numbers, rounded to another type.
    pub fn cast(&self, dtype: Dtype) -> Array {
        self.converted(dtype, Arrangement::Contiguous)
    }

    fn converted(&self, dtype: Dtype, arrangement: Arrangement) -> Array {
        let mut array = Array::filled(dtype, self.shape(), arrangement, 0.0);
        (0..self.count()).for_each(|index| array.set(index, self.get(index)));
        array
    }

    pub fn dtype(&self) -> Dtype {
        self.dtype
    }

    pub fn shape(&self) -> &[usize] {
        self.layout.shape().extents()
    }

    pub fn count(&self) -> usize {
        self.layout.elements()
    }

    /// Whether all memory is the same, gaps included, in the same layout.
    pub fn is_copy_of(&self, other: &Array) -> bool {
        self.dtype == other.dtype && self.layout == other.layout && self.memory == other.memory
    }

    /// All memory, gaps included.
    pub fn memory(&self) -> &[u64] {
        &self.memory
    }

    /// Every element, in row-major order.
    pub fn numbers(&self) -> Vec<f64> {
        (0..self.count()).map(|index| self.get(index)).collect()
    }

    /// The element at a row-major index.
    pub fn get(&self, index: usize) -> f64 {
        let (word, shift) = self.place(index);
        let bits = self.memory[word] >> shift;
        match self.dtype {
            Dtype::F32 => f64::from(f32::from_bits(bits as u32)),
            Dtype::F64 => f64::from_bits(bits),
            Dtype::F16 => f16::from_bits(bits as u16).to_f64(),
            Dtype::Bf16 => bf16::from_bits(bits as u16).to_f64(),
            Dtype::I8 => f64::from(bits as i8),
            Dtype::U8 | Dtype::Bool => f64::from(bits as u8),
            Dtype::I16 => f64::from(bits as i16),
            Dtype::I32 => f64::from(bits as i32),
            Dtype::I64 => bits as i64 as f64,
        }
    }

    /// Puts a number, rounded once, at a row-major index.
    pub fn set(&mut self, index: usize, number: f64) {
        let (word, shift) = self.place(index);
        let mask = if self.dtype.size() == 8 { u64::MAX } else { (1 << (8 * self.dtype.size())) - 1 };
        self.memory[word] = self.memory[word] & !(mask << shift) | bits(self.dtype, number) << shift;
    }

    fn place(&self, mut index: usize) -> (usize, usize) {
        assert!(index < self.count(), "element {index} of {}", self.count());
        let mut offset = self.origin as isize;
        for (&extent, &stride) in self.shape().iter().zip(self.layout.strides()).rev() {
            offset += (index % extent) as isize * stride;
            index /= extent;
        }
        let byte = offset as usize * self.dtype.size();
        let within = byte % 8;
        let shift = if cfg!(target_endian = "little") { within } else { 8 - self.dtype.size() - within };
        (byte / 8, 8 * shift)
    }

    pub fn tensor(&self) -> Tensor<'_> {
        let start = self.memory.as_ptr().cast::<u8>().wrapping_add(self.origin * self.dtype.size());
        // SAFETY: `filled` made memory for all that the layout reaches from the origin, aligned as u64 is; it is
        // borrowed.
        unsafe { Tensor::from_raw(start, self.dtype, self.layout) }
    }

    pub fn output(&mut self) -> TensorMut<'_> {
        self.in_place().1
    }

    /// The array as an operand and as the place of its own gradient.
    pub fn in_place(&mut self) -> (Tensor<'_>, TensorMut<'_>) {
        let start = self.memory.as_mut_ptr().cast::<u8>().wrapping_add(self.origin * self.dtype.size());
        // SAFETY: as in `tensor`, and borrowed mutably; no arrangement puts two elements at one place. The pair has one
        // pointer and one layout, which is the one case in which an output may share memory.
        unsafe {
            (Tensor::from_raw(start, self.dtype, self.layout), TensorMut::from_raw(start, self.dtype, self.layout))
        }
    }
}

/// A number, rounded once, in the low bits of a word.
fn bits(dtype: Dtype, number: f64) -> u64 {
    match dtype {
        Dtype::F32 => u64::from((number as f32).to_bits()),
        Dtype::F64 => number.to_bits(),
        Dtype::F16 => u64::from(nearest(number, f16::from_f64(number).to_bits(), |bits| f16::from_bits(bits).to_f64())),
        Dtype::Bf16 => {
            u64::from(nearest(number, bf16::from_f64(number).to_bits(), |bits| bf16::from_bits(bits).to_f64()))
        }
        Dtype::I8 => u64::from(number as i8 as u8),
        Dtype::U8 | Dtype::Bool => u64::from(number as u8),
        Dtype::I16 => u64::from(number as i16 as u16),
        Dtype::I32 => u64::from(number as i32 as u32),
        Dtype::I64 => number as i64 as u64,
    }
}

/// The half-precision number nearest to a number, ties to even, from a guess that is at most one step off: the crate's own
/// conversion from f64 does not look at the lower half of the number.
fn nearest(number: f64, guess: u16, widen: impl Fn(u16) -> f64) -> u16 {
    if !number.is_finite() || !widen(guess).is_finite() {
        return guess;
    }
    let distance = |bits: u16| (widen(bits) - number).abs();
    let candidates = [guess, guess.wrapping_sub(1), guess.wrapping_add(1)];
    let near = candidates.into_iter().filter(|&bits| widen(bits).is_finite());
    near.min_by(|&a, &b| distance(a).total_cmp(&distance(b)).then((a & 1).cmp(&(b & 1)))).unwrap_or(guess)
}
