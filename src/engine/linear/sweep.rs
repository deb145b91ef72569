//! One evaluation: block after block of rows, and where the matrix's gradient has nowhere to be added up between
//! blocks, chunk after chunk of classes for it alone.

use std::ops::Range;

use super::blocks::{Blocks, TILE};
use super::products::{Derivatives, Matrix, Products, Tiles};
use super::rows::{Conclude, Join, Objective, Outcome, Row, Stats};
use super::scratch::room;
use super::{LinearCrossEntropy, Sizes, matrix};
use crate::engine::product::Entry;
use crate::engine::softmax::RowOperands;
use crate::engine::{Call, LayerOperand, Output};
use crate::error::{Error, Result, Status};
use crate::math::Sum;
use crate::tensor::{SplitRun, View};

/// Writes the outputs and returns the weighted sum of the rows' losses.
pub fn evaluate<S: Entry>(options: &LinearCrossEntropy, call: &Call<'_>) -> Result<Sum> {
    let sizes = Sizes::of(call.operands)?;
    let rows = rows_that_count(options, call, sizes)?;
    if rows.is_empty() {
        call.outputs.all().for_each(|output| output.fill(0.0));
        return Ok(Sum::ZERO);
    }
    Sweep::<S>::new(options, call, sizes, rows)?.run()
}

/// The rows that are neither masked nor ignored. Their labels were found good by the census.
fn rows_that_count(options: &LinearCrossEntropy, call: &Call<'_>, sizes: Sizes) -> Result<Vec<Row>> {
    let labels = super::required(call.operands)?.elements();
    let about = RowOperands::of(call.operands, options.ignore_index);
    let mut rows: Vec<Row> = room(sizes.rows)?;
    rows.clear();
    for index in 0..sizes.rows {
        let label = labels.label(index);
        let factors = about.factors(index, label);
        if let Some(label) = usize::try_from(label).ok().filter(|_| factors.counts) {
            let derivative = factors.derivative(call.scale.derivatives);
            rows.push(Row { index, label, weight: factors.weight, derivative });
        }
    }
    Ok(rows)
}

/// The inputs of the rows that count, block by block.
struct Inputs<'a, S> {
    view: View<'a>,
    width: usize,
    /// All of them, where they lie in memory just so and every row counts.
    lent: Option<&'a [S]>,
    numbers: Vec<S>,
    /// Whether all were copied at the start, because their gradient takes their place before they are read again.
    all: bool,
}

impl<S: Entry> Inputs<'_, S> {
    fn read(&mut self, rows: &[Row]) {
        if self.width > 0 {
            for (row, out) in rows.iter().zip(self.numbers.chunks_exact_mut(self.width)) {
                self.view.read_row(row.index, 0..self.width, out);
            }
        }
    }

    fn block(&mut self, rows: &[Row], block: Range<usize>) -> &[S] {
        let own = block.start * self.width..block.end * self.width;
        if let Some(lent) = self.lent {
            return &lent[own];
        }
        if self.all {
            return &self.numbers[own];
        }
        self.read(&rows[block]);
        &self.numbers
    }
}

/// Everything that one evaluation needs: no memory is asked for once this stands.
struct Sweep<'a, S> {
    call: &'a Call<'a>,
    products: Products<'a, S>,
    rows: Vec<Row>,
    inputs: Inputs<'a, S>,
    /// Rows of the matrix, where they need to be copied.
    copies: Vec<S>,
    tiles: Vec<S>,
    stats: Vec<Stats<S>>,
    known: Vec<Stats<f64>>,
    outcomes: Vec<Outcome>,
    pieces: Vec<S>,
    /// Rows of the first block, if its logits wait where the matrix's gradient will be; or none.
    rows_in_place: usize,
    sums: Vec<f64>,
    by_input: Option<Output<'a>>,
    by_matrix: Option<Output<'a>>,
    /// The matrix's gradient itself, where it can be added up in its place.
    place: Option<SplitRun<'a, S>>,
    /// Rows of the matrix's gradient, where it cannot.
    gradient: Vec<S>,
}

impl<'a, S: Entry> Sweep<'a, S> {
    fn new(options: &LinearCrossEntropy, call: &'a Call<'a>, sizes: Sizes, rows: Vec<Row>) -> Result<Sweep<'a, S>> {
        let Sizes { width, classes, .. } = sizes;
        let (operands, outputs) = (call.operands, &call.outputs);
        let layer = matrix(operands)?;
        let somewhere = |output: &Output<'_>| output.tensor.layout().elements() > 0;
        let by_input = outputs.gradient.filter(somewhere);
        let by_matrix = outputs.weight.filter(somewhere);
        let place = by_matrix.filter(|_| !layer.replaced).and_then(|output| output.tensor.split_run(classes * width));
        let lent = if layer.replaced { None } else { layer.tensor.run::<S>() };
        let derive = by_input.is_some() || by_matrix.is_some() || outputs.bias.is_some();
        let copies = lent.is_none() || by_matrix.is_some() && place.is_none();
        let blocks = Blocks::of(sizes, size_of::<S>(), derive, copies);
        let matrix_copied = || copied(&layer);
        let class_weight = options.class_weight.of::<S>(operands.parameter, classes)?;
        let products = Products {
            context: call.context,
            level: call.level(),
            sizes,
            blocks,
            objective: Objective::of(options, &class_weight, classes),
            class_weight,
            matrix: lent.map_or_else(|| Matrix::Copied(matrix_copied()), Matrix::Lent),
            bias: bias_of(operands.bias)?,
        };
        let last = operands.input.shape().rank() - 1;
        let view = operands.of_input(operands.input.rows(last));
        let again = by_matrix.is_some() && place.is_none() && rows.len() > blocks.rows;
        let all = operands.replaced && again;
        let lends = !operands.replaced && rows.len() == sizes.rows;
        let lent_input = if lends { operands.input.run::<S>() } else { None };
        let counted = Sizes { rows: rows.len(), ..sizes };
        let is_overwritten = place.is_some() && by_matrix.is_some_and(|output| !output.accumulate);
        let rows_in_place = if is_overwritten { blocks.rows_in_place(counted, size_of::<S>()) } else { 0 };
        let held = if all { rows.len() } else { blocks.rows.max(rows_in_place) };
        let kept = if blocks.whole { classes.next_multiple_of(TILE) } else { blocks.chunk };
        let of_chunk = blocks.chunk.min(classes) * width;
        let wanted = |wanted: bool, count: usize| if wanted { count } else { 0 };
        let later = rows_in_place < rows.len();
        let pieces = |rows: usize| pieces_of(&products, by_input, rows);
        let stats = |rows: usize| blocks.for_rows(rows).chunk.div_ceil(TILE) * rows;
        // While the first block's logits wait elsewhere, what is made of them goes where the others' will be.
        let (logits, made) = (wanted(later, blocks.rows * kept), pieces(rows_in_place));
        let spare = logits.saturating_sub(made);
        let copies = Blocks::copies(rows_in_place, classes, size_of::<S>(), spare);
        let mut sweep = Sweep {
            call,
            inputs: Inputs {
                view,
                width,
                lent: lent_input,
                numbers: room(wanted(lent_input.is_none(), held * width))?,
                all,
            },
            copies: room(wanted(lent.is_none(), of_chunk))?,
            tiles: room(wanted(!products.are_zero(), logits.max(made + copies)))?,
            stats: room(wanted(!products.are_zero(), stats(blocks.rows).max(stats(rows_in_place))))?,
            known: room(blocks.rows.max(rows_in_place))?,
            outcomes: room(rows.len())?,
            pieces: room(wanted(later, pieces(blocks.rows)))?,
            rows_in_place,
            sums: room(wanted(outputs.bias.is_some(), classes))?,
            gradient: room(wanted(by_matrix.is_some() && place.is_none(), of_chunk))?,
            by_input,
            by_matrix,
            place,
            products,
            rows,
        };
        if all {
            sweep.inputs.read(&sweep.rows);
        }
        Ok(sweep)
    }

    fn blocks_of_rows(&self) -> impl Iterator<Item = Range<usize>> + Clone + use<S> {
        let (count, block, first) = (self.rows.len(), self.products.blocks.rows, 0..self.rows_in_place);
        let others = (first.end..count).step_by(block).map(move |start| start..count.min(start + block));
        Some(first).filter(|first| !first.is_empty()).into_iter().chain(others)
    }

    fn run(mut self) -> Result<Sum> {
        let place = self.place.take();
        let mut place = place.as_ref().and_then(|place| place.part(0));
        let at_once = place.is_some() || self.rows.len() <= self.products.blocks.rows;
        for block in self.blocks_of_rows() {
            self.block(block, at_once, place.as_deref_mut())?;
        }
        if !at_once && let Some(output) = self.by_matrix {
            self.matrix_alone(output)?;
        }
        self.write_the_rest();
        let mut sum = Sum::ZERO;
        for (row, outcome) in self.rows.iter().zip(&self.outcomes) {
            sum = sum.plus(outcome.value * row.weight);
        }
        Ok(sum)
    }

    /// The outcomes of a block of rows, and all gradients but, if it is not to be done at once, the matrix's.
    fn block(&mut self, block: Range<usize>, at_once: bool, mut place: Option<&mut [S]>) -> Result<()> {
        let Sweep { products, rows: all, inputs, copies, tiles, stats, known, pieces, sums, gradient, .. } = self;
        let rows = &all[block.clone()];
        let outcomes = &mut self.outcomes[block.clone()];
        let Sizes { width, classes, .. } = products.sizes;
        let blocks = products.blocks.for_rows(rows.len());
        let inputs = inputs.block(all, block.clone());
        let by_matrix = self.by_matrix.filter(|_| at_once);
        // The first block's logits may wait where the matrix's gradient will be: then the others' place is free.
        let first_place = if block.end <= self.rows_in_place { place.take() } else { None };
        let in_place = first_place.is_some();
        let pitch = if in_place { width } else { rows.len() };
        let (logits, pieces, spare) = match first_place {
            Some(first_place) => {
                let (pieces, spare) = tiles.split_at_mut(pieces_of(products, self.by_input, rows.len()));
                (first_place, pieces, spare)
            }
            None => (&mut tiles[..], &mut pieces[..], &mut [][..]),
        };
        let most = logits.len();
        let place_of = |chunk: &Range<usize>| {
            let start = if blocks.whole { chunk.start * pitch } else { 0 };
            start..most.min(start + chunk.len().next_multiple_of(TILE) * pitch)
        };
        if products.are_zero() {
            // Each class but the largest adds e⁰.
            known.fill(Stats { max: 0.0, rest: (classes - 1) as f64, ..Stats::default() });
        } else {
            known.fill(Stats::default());
            for chunk in blocks.chunks(classes) {
                let matrix_rows = products.fetch(&chunk, copies)?;
                let stats = &mut stats[..chunk.len().div_ceil(TILE) * rows.len()];
                let mut tiles = Tiles { numbers: &mut logits[place_of(&chunk)], pitch };
                products.logits((inputs, matrix_rows), &chunk, rows, &mut tiles, stats)?;
                products.level.run(Join { tiles: stats, first: chunk.start, width: TILE, rows, known });
            }
        }
        let Products { objective, ref class_weight, .. } = *products;
        products.level.run(Conclude { objective, class_weight, rows, known, outcomes });
        if self.by_input.is_none() && by_matrix.is_none() && sums.is_empty() {
            return Ok(());
        }
        pieces.fill(S::zero());
        for chunk in blocks.chunks(classes) {
            let mut matrix_rows = &[][..];
            if !blocks.whole || self.by_input.is_some() {
                matrix_rows = products.fetch(&chunk, copies)?;
            }
            let mut tiles = Tiles { numbers: &mut logits[place_of(&chunk)], pitch };
            if !blocks.whole {
                products.logits((inputs, matrix_rows), &chunk, rows, &mut tiles, &mut [])?;
            }
            let sums = if sums.is_empty() { &mut [][..] } else { &mut sums[chunk.clone()] };
            products.differentiate(&chunk, (rows, outcomes), &mut tiles, sums)?;
            // The matrix's gradient comes last: it may take the matrix's place.
            if self.by_input.is_some() {
                products.add_to_input(matrix_rows, &chunk, rows.len(), &tiles, pieces)?;
            }
            let own = chunk.start * width..chunk.end * width;
            match (by_matrix, &mut place) {
                (Some(_), None) if in_place => {
                    products.by_matrix(
                        inputs,
                        &chunk,
                        rows.len(),
                        Derivatives::InPlace(spare),
                        (tiles.numbers, false),
                    )?;
                }
                (Some(output), Some(place)) => {
                    let out = (&mut place[own], block.start > 0 || output.accumulate);
                    products.by_matrix(inputs, &chunk, rows.len(), Derivatives::Apart(tiles), out)?;
                }
                (Some(output), None) => {
                    products.by_matrix(inputs, &chunk, rows.len(), Derivatives::Apart(tiles), (gradient, false))?;
                    products.write_matrix(&chunk, gradient, output)?;
                }
                (None, _) => {}
            }
        }
        match self.by_input {
            Some(output) => products.write_input(rows, pieces, output),
            None => Ok(()),
        }
    }

    /// The matrix's gradient, added up over the blocks of rows for one chunk of classes after another.
    fn matrix_alone(&mut self, output: Output<'_>) -> Result<()> {
        let blocks = self.blocks_of_rows();
        let Sweep { products, rows: all, inputs, copies, tiles, outcomes, gradient, .. } = self;
        for chunk in products.blocks.chunks(products.sizes.classes) {
            let matrix_rows = products.fetch(&chunk, copies)?;
            for block in blocks.clone() {
                let rows = &all[block.clone()];
                let inputs = inputs.block(all, block.clone());
                let mut tiles = Tiles { numbers: tiles, pitch: rows.len() };
                products.logits((inputs, matrix_rows), &chunk, rows, &mut tiles, &mut [])?;
                products.differentiate(&chunk, (rows, &outcomes[block.clone()]), &mut tiles, &mut [])?;
                let out = (&mut gradient[..], block.start > 0);
                products.by_matrix(inputs, &chunk, rows.len(), Derivatives::Apart(tiles), out)?;
            }
            products.write_matrix(&chunk, gradient, output)?;
        }
        Ok(())
    }

    /// The unreduced values, the bias's gradient, and zeros for the input's gradient in rows that do not count.
    fn write_the_rest(&self) {
        let total = self.products.sizes.rows;
        if let Some(output) = self.call.outputs.bias
            && let Some(mut part) = output.tensor.split_elements(self.sums.len().max(1), output.accumulate).part(0)
        {
            part.write(0, &self.sums);
        }
        let values = self.call.outputs.values.map(|output| output.tensor.split_elements(total, output.accumulate));
        let slopes = self.by_input.map(|output| {
            let last = output.tensor.shape().rank() - 1;
            output.tensor.split_rows(last, total, output.accumulate)
        });
        let mut values = values.as_ref().and_then(|values| values.part(0));
        let mut slopes = slopes.as_ref().and_then(|slopes| slopes.part(0));
        let mut counted = self.rows.iter().zip(&self.outcomes).peekable();
        for index in 0..total {
            let counts = counted.next_if(|(row, _)| row.index == index);
            if let Some(part) = &mut values {
                let value = counts.map_or(0.0, |(row, outcome)| outcome.value * row.weight * self.call.scale.values);
                part.write(index, &[value]);
            }
            if let Some(part) = &mut slopes
                && counts.is_none()
            {
                for column in 0..self.products.sizes.width {
                    part.write_row(index, column..column + 1, &[S::zero()]);
                }
            }
        }
    }
}

/// Numbers of the pieces of the input's gradient, for a block of so many rows; none if that gradient is not asked for.
fn pieces_of<S: Entry>(products: &Products<'_, S>, by_input: Option<Output<'_>>, rows: usize) -> usize {
    by_input.map_or(0, |_| products.pieces(rows))
}

/// A view of the matrix's rows, which only copies where the gradient takes their place.
fn copied<'a>(layer: &LayerOperand<'a>) -> View<'a> {
    let view = layer.tensor.rows(1);
    if layer.replaced { view.copying() } else { view }
}

/// The bias, copied: its gradient may take its place.
fn bias_of<S: Entry>(bias: Option<LayerOperand<'_>>) -> Result<Vec<S>> {
    let Some(bias) = bias else { return Ok(Vec::new()) };
    let mut numbers = room(bias.tensor.shape().elements())?;
    bias.tensor.elements().read(0, &mut numbers);
    if numbers.is_empty() {
        return Err(Error::new(Status::Internal, "a layer of no classes has rows"));
    }
    Ok(numbers)
}
