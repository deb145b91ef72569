//! The matrix products, tile by tile on the context's threads.

use std::ops::Range;

use ndarray::{ArrayView2, ArrayViewMut2, Axis, Slice};

use super::Sizes;
use super::blocks::{Blocks, PIECE_COLUMNS, PIECE_ROWS, TILE, tile_of};
use super::rows::{Objective, Outcome, Row, Stats};
use super::scratch::Slots;
use super::tiles::{Differentiate, Scan, Tile};
use crate::context::Context;
use crate::engine::level::Level;
use crate::engine::product::{Entry, multiply};
use crate::engine::softmax::PerClass;
use crate::engine::{Output, Shares};
use crate::error::{Error, Result, Status};
use crate::tensor::View;

/// The matrix of the layer.
pub enum Matrix<'a, S> {
    /// As it lies in memory, row after row.
    Lent(&'a [S]),
    /// Copied by rows when it is needed.
    Copied(View<'a>),
}

/// What the products of one call share.
pub struct Products<'a, S> {
    /// Where they run.
    pub context: Option<&'a Context>,
    /// The SIMD level.
    pub level: Level,
    /// The extents.
    pub sizes: Sizes,
    /// The cut.
    pub blocks: Blocks,
    /// The options.
    pub objective: Objective,
    /// The weights of the classes.
    pub class_weight: PerClass<S>,
    /// The matrix.
    pub matrix: Matrix<'a, S>,
    /// The bias; empty if there is none.
    pub bias: Vec<S>,
}

/// Tiles of some classes, one after another; each has the rows of its block, one after another.
pub struct Tiles<'t, S> {
    /// Their numbers.
    pub numbers: &'t mut [S],
    /// From a tile to the next there are so many numbers for each class: as many as rows, or more.
    pub pitch: usize,
}

/// Where the derivatives by the logits are, of which the matrix's gradient is made.
pub enum Derivatives<'t, S> {
    /// In tiles.
    Apart(Tiles<'t, S>),
    /// Where the gradient will be, in tiles as far apart as its own; with memory for copies of some of them.
    InPlace(&'t mut [S]),
}

/// A matrix over a slice, row after row.
fn matrix<S>(numbers: &[S], rows: usize, columns: usize) -> Result<ArrayView2<'_, S>> {
    ArrayView2::from_shape((rows, columns), &numbers[..rows * columns]).map_err(misfit)
}

fn matrix_mut<S>(numbers: &mut [S], rows: usize, columns: usize) -> Result<ArrayViewMut2<'_, S>> {
    ArrayViewMut2::from_shape((rows, columns), &mut numbers[..rows * columns]).map_err(misfit)
}

fn misfit(error: ndarray::ShapeError) -> Error {
    Error::new(Status::Internal, format!("a matrix does not fit its memory: {error}"))
}

/// A task of a share that is not there is a defect of the division of work.
fn missing<T>(slot: Option<T>) -> Result<T> {
    slot.ok_or_else(|| Error::new(Status::Internal, "a task without memory of its own"))
}

impl<S: Entry> Products<'_, S> {
    /// Deals units that cost so many multiplications each.
    fn shares(units: usize, multiplications: usize) -> Shares {
        Self::shares_of(units, multiplications, 1)
    }

    /// The same, so many units at least to a share.
    fn shares_of(units: usize, multiplications: usize, least: usize) -> Shares {
        // A multiplication of a product costs a small part of what an element of another loss does.
        Shares::of(units, (multiplications / 32).max(1), least)
    }

    /// Whether every logit is 0, because no number is multiplied and none is added. There may be more classes then than
    /// memory has room for.
    pub fn are_zero(&self) -> bool {
        self.sizes.width == 0 && self.bias.is_empty()
    }

    fn each(&self, shares: &Shares, work: impl Fn(usize, Range<usize>) -> Result<()> + Sync) -> Result<()> {
        shares.map_reduce(self.context, work, |()| ())
    }

    /// The rows of the matrix for some classes: lent, or copied into `copies`.
    pub fn fetch<'b>(&'b self, classes: &Range<usize>, copies: &'b mut [S]) -> Result<&'b [S]> {
        let width = self.sizes.width;
        let view = match &self.matrix {
            Matrix::Lent(numbers) => return Ok(&numbers[classes.start * width..classes.end * width]),
            Matrix::Copied(view) => view,
        };
        let shares = Shares::of(classes.len(), width, 1);
        let slots = Slots::of(&mut copies[..classes.len() * width], shares.share() * width);
        self.each(&shares, |task, range| {
            if width > 0 {
                let mut slot = missing(slots.of_task(task))?;
                for (row, out) in range.zip(slot.chunks_exact_mut(width)) {
                    view.read_row(classes.start + row, 0..width, out);
                }
            }
            Ok(())
        })?;
        drop(slots);
        Ok(&copies[..classes.len() * width])
    }

    fn tile<'t>(&'t self, logits: &'t mut [S], classes: &Range<usize>, rows: &'t [Row]) -> Tile<'t, S> {
        let (width, first) = (classes.len(), classes.start);
        Tile { logits, width, first, rows, class_weight: &self.class_weight, objective: self.objective }
    }

    /// The logits of some rows and classes, tile after tile, with the sums of each tile's rows if they are wanted.
    pub fn logits(
        &self,
        (inputs, matrix_rows): (&[S], &[S]),
        classes: &Range<usize>,
        rows: &[Row],
        tiles: &mut Tiles<'_, S>,
        stats: &mut [Stats<S>],
    ) -> Result<()> {
        let (width, count) = (self.sizes.width, rows.len());
        let shares = Self::shares(classes.len().div_ceil(TILE), count * width * TILE);
        let pitch = tiles.pitch;
        let slots = Slots::of(tiles.numbers, shares.share() * pitch * TILE);
        let summed = !stats.is_empty();
        let stats = Slots::of(stats, shares.share() * count);
        let inputs = matrix(inputs, count, width)?;
        self.each(&shares, |task, range| {
            let mut slot = missing(slots.of_task(task))?;
            let mut sums = if summed { Some(missing(stats.of_task(task))?) } else { None };
            for (place, tile) in range.enumerate() {
                let own = tile_of(classes, tile);
                let logits = &mut slot[place * pitch * TILE..][..count * own.len()];
                let start = (own.start - classes.start) * width;
                let layer = matrix(&matrix_rows[start..], own.len(), width)?;
                multiply(self.level, &inputs, &layer.t(), false, &mut matrix_mut(logits, count, own.len())?);
                let bias = if self.bias.is_empty() { &[][..] } else { &self.bias[own.clone()] };
                let stats = sums.as_mut().map_or(&mut [][..], |sums| &mut sums[place * count..][..count]);
                self.level.run(Scan { tile: self.tile(logits, &own, rows), bias, stats });
            }
            Ok(())
        })
    }

    /// Turns the logits of some classes into the derivatives by them, which are added to `sums` if that is not empty.
    pub fn differentiate(
        &self,
        classes: &Range<usize>,
        (rows, outcomes): (&[Row], &[Outcome]),
        tiles: &mut Tiles<'_, S>,
        sums: &mut [f64],
    ) -> Result<()> {
        let count = rows.len();
        let shares = Shares::of(classes.len().div_ceil(TILE), count * TILE, 1);
        let pitch = tiles.pitch;
        let slots = Slots::of(tiles.numbers, shares.share() * pitch * TILE);
        let summed = !sums.is_empty();
        let sums = Slots::of(sums, shares.share() * TILE);
        self.each(&shares, |task, range| {
            let mut slot = missing(slots.of_task(task))?;
            let mut sums = if summed { Some(missing(sums.of_task(task))?) } else { None };
            for (place, tile) in range.enumerate() {
                let own = tile_of(classes, tile);
                let logits = &mut slot[place * pitch * TILE..][..count * own.len()];
                let sums = sums.as_mut().map_or(&mut [][..], |sums| &mut sums[place * TILE..][..own.len()]);
                self.level.run(Differentiate { tile: self.tile(logits, &own, rows), outcomes, sums });
            }
            Ok(())
        })
    }

    /// How many numbers the pieces of the input's gradient take, for a block of so many rows.
    pub fn pieces(&self, rows: usize) -> usize {
        let across = self.sizes.width.div_ceil(PIECE_COLUMNS);
        self.blocks.segments * rows.div_ceil(PIECE_ROWS) * across * piece_size(rows)
    }

    /// Adds G·W of some classes to the pieces of the input's gradient.
    pub fn add_to_input(
        &self,
        matrix_rows: &[S],
        classes: &Range<usize>,
        count: usize,
        tiles: &Tiles<'_, S>,
        pieces: &mut [S],
    ) -> Result<()> {
        let (width, segments) = (self.sizes.width, self.blocks.segments);
        let (across, size) = (width.div_ceil(PIECE_COLUMNS), piece_size(count));
        let down = count.div_ceil(PIECE_ROWS);
        let steps = classes.len().div_ceil(segments);
        let shares = Self::shares(segments * down * across, size * steps);
        let slots = Slots::of(pieces, shares.share() * size);
        let layer = matrix(matrix_rows, classes.len(), width)?;
        let first = classes.start / TILE;
        self.each(&shares, |task, range| {
            let mut slot = missing(slots.of_task(task))?;
            for (place, piece) in range.enumerate() {
                let (segment, down, across) = (piece / (down * across), piece / across % down, piece % across);
                let own_rows = down * PIECE_ROWS..count.min((down + 1) * PIECE_ROWS);
                let columns = across * PIECE_COLUMNS..width.min((across + 1) * PIECE_COLUMNS);
                let mut sum = matrix_mut(&mut slot[place * size..], own_rows.len(), columns.len())?;
                for tile in (0..classes.len().div_ceil(TILE)).filter(|tile| (first + tile) % segments == segment) {
                    let own = tile_of(classes, tile);
                    let derivatives = &tiles.numbers[tile * tiles.pitch * TILE + own_rows.start * own.len()..];
                    let derivatives = matrix(derivatives, own_rows.len(), own.len())?;
                    let start = own.start - classes.start;
                    let layer = layer.slice_axis(Axis(0), Slice::from(start..start + own.len()));
                    let layer = layer.slice_axis(Axis(1), Slice::from(columns.clone()));
                    multiply(self.level, &derivatives, &layer, true, &mut sum);
                }
            }
            Ok(())
        })
    }

    /// Joins the pieces of the input's gradient and writes its rows.
    pub fn write_input(&self, rows: &[Row], pieces: &mut [S], output: Output<'_>) -> Result<()> {
        let width = self.sizes.width;
        let (across, size) = (width.div_ceil(PIECE_COLUMNS), piece_size(rows.len()));
        let used = rows.len().div_ceil(PIECE_ROWS) * across * size;
        let (sums, others) = pieces[..self.blocks.segments * used].split_at_mut(used);
        for segment in others.chunks_exact(used) {
            for (sum, &other) in sums.iter_mut().zip(segment) {
                *sum = *sum + other;
            }
        }
        let last = output.tensor.shape().rank() - 1;
        let split = output.tensor.split_rows(last, self.sizes.rows, output.accumulate);
        let mut part = missing(split.part(0))?;
        for (place, row) in rows.iter().enumerate() {
            for piece in 0..across {
                let columns = piece * PIECE_COLUMNS..width.min((piece + 1) * PIECE_COLUMNS);
                let start = (place / PIECE_ROWS * across + piece) * size + place % PIECE_ROWS * columns.len();
                part.write_row(row.index, columns.clone(), &sums[start..start + columns.len()]);
            }
        }
        Ok(())
    }

    /// The matrix's gradient GᵀX for some classes, stored in `out` or added to it. Rows are added up a block at a time, even
    /// if there are more of them here.
    pub fn by_matrix(
        &self,
        inputs: &[S],
        classes: &Range<usize>,
        count: usize,
        derivatives: Derivatives<'_, S>,
        (out, add): (&mut [S], bool),
    ) -> Result<()> {
        let width = self.sizes.width;
        let (tiles, pitch, copies) = match derivatives {
            Derivatives::Apart(tiles) => (&*tiles.numbers, tiles.pitch, None),
            Derivatives::InPlace(copies) => (&[][..], 0, Some(copies)),
        };
        let tiles_to_do = classes.len().div_ceil(TILE);
        // No more tasks than copies.
        let least = copies.as_ref().map_or(1, |copies| tiles_to_do.div_ceil((copies.len() / (count * TILE)).max(1)));
        let shares = Self::shares_of(tiles_to_do, count * width * TILE, least);
        let slots = Slots::of(out, shares.share() * TILE * width);
        let copies = copies.map(|copies| Slots::of(copies, count * TILE));
        self.each(&shares, |task, range| {
            let mut slot = missing(slots.of_task(task))?;
            let mut copy = copies.as_ref().map(|copies| missing(copies.of_task(task))).transpose()?;
            for (place, tile) in range.enumerate() {
                let own = tile_of(classes, tile);
                let out = &mut slot[place * TILE * width..][..own.len() * width];
                let derivatives = match &mut copy {
                    None => &tiles[tile * pitch * TILE..],
                    Some(copy) => {
                        let copy = &mut copy[..count * own.len()];
                        copy.copy_from_slice(&out[..count * own.len()]);
                        copy
                    }
                };
                let mut out = matrix_mut(out, own.len(), width)?;
                for start in (0..count).step_by(self.blocks.rows) {
                    let rows = start..count.min(start + self.blocks.rows);
                    let derivatives = matrix(&derivatives[start * own.len()..], rows.len(), own.len())?;
                    let inputs = matrix(&inputs[start * width..], rows.len(), width)?;
                    multiply(self.level, &derivatives.t(), &inputs, add || start > 0, &mut out);
                }
            }
            Ok(())
        })
    }

    /// Writes rows of the matrix's gradient.
    pub fn write_matrix(&self, classes: &Range<usize>, numbers: &[S], output: Output<'_>) -> Result<()> {
        let width = self.sizes.width;
        let tensor = output.tensor.narrowed(0, classes.clone());
        let shares = Shares::of(classes.len(), width, 1);
        let split = tensor.split_rows(1, shares.share(), output.accumulate);
        self.each(&shares, |task, range| {
            let mut part = missing(split.part(task))?;
            for row in range {
                part.write_row(row, 0..width, &numbers[row * width..(row + 1) * width]);
            }
            Ok(())
        })
    }
}

/// Numbers in a piece of the input's gradient.
fn piece_size(rows: usize) -> usize {
    rows.min(PIECE_ROWS) * PIECE_COLUMNS
}
