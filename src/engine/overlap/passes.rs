//! The two passes over the pixels of a piece, tile by tile: sums of regions, and gradients from them.

use super::activation::{PixelScales, divide, exponentials, sigmoid};
use super::chain::{add_to_mean, by_probability, sigmoid_chain, softmax_chain};
use super::pixels::Pixels;
use super::sums::RegionLanes;
use super::tile::{Dense, Labelled, MOST_PIXELS, Tile, clear, clear_labels, narrow};
use super::{Activation, Region, Slopes, TileRange};
use crate::engine::level::Work;
use crate::math::{Real, Scalar};
use crate::tensor::{Ahead, ColumnsMut, Part};

impl<S: Scalar> Pixels<'_, S> {
    /// Reads or makes the targets of a tile and notes which pixels are left out. Gives the number of those that count.
    #[inline(always)]
    fn load_targets(&self, range: TileRange, tile: &mut Tile<S>) -> usize {
        let (count, pitch) = (range.len(), self.tile);
        let Tile { target, labels, left_out, .. } = tile;
        let (labels, left_out) = (&mut labels[..pitch], &mut left_out[..pitch]);
        left_out[..count].fill(false);
        left_out[count..].fill(true);
        if self.geometry.labels {
            let mut read = [0; MOST_PIXELS];
            self.target.read_labels(range.start, &mut read[..count]);
            narrow(&read[..pitch], self.geometry.classes, labels);
            if let Some(ignored) = self.ignored {
                for (left_out, &label) in left_out[..count].iter_mut().zip(&read) {
                    *left_out = label == ignored;
                }
            }
        } else {
            self.target.read_transposed(range.start, count, target, pitch);
        }
        if let Some(mask) = &self.mask {
            let mut values = [0.0_f64; MOST_PIXELS];
            mask.read(range.start, &mut values[..count]);
            for (left_out, &value) in left_out[..count].iter_mut().zip(&values) {
                *left_out |= value == 0.0;
            }
        }
        let counted = pitch - left_out.iter().map(|&left_out| usize::from(left_out)).sum::<usize>();
        if counted < pitch {
            clear_labels(labels, left_out);
            clear(target, left_out);
        }
        counted
    }

    /// Reads a tile and makes its probabilities, all but the last step of a softmax, which [`Self::finish`] takes.
    #[inline(always)]
    fn load_input<R: Real<Storage = S>>(&self, range: TileRange, tile: &mut Tile<S>, goal: Option<&ColumnsMut<'_, S>>) {
        let (start, count, pitch) = (range.start, range.len(), self.tile);
        let Tile { probability, gradient, scales, .. } = tile;
        if self.activation == Activation::Softmax {
            let (input, goal) = (self.input.columns(range, probability, pitch), goal.filter(|_| self.prefetches));
            exponentials::<S, R>(input, gradient, scales, pitch, goal);
        } else {
            self.input.read_transposed(start, count, probability, pitch);
        }
        if self.activation == Activation::Sigmoid {
            sigmoid::<S, R>(probability, gradient);
        }
    }

    /// The input of the next tile, to be asked for class by class: of a tile that starts at `start`, in a piece up to
    /// `end`. Nothing where that comes by itself.
    #[inline(always)]
    fn next_tile(&self, start: usize, end: usize) -> Ahead {
        let end = if self.prefetches { end } else { start };
        self.input.ahead(end.min(start + self.tile)..end.min(start + 2 * self.tile))
    }

    /// The probabilities of one class from its exponentials, if it has any, with zero for pixels that are left out.
    #[inline(always)]
    fn finish<R: Real<Storage = S>>(
        &self,
        exponentials: &[S],
        scales: &PixelScales<S>,
        left_out: &[bool],
        p: &mut [S],
    ) {
        if self.activation == Activation::Softmax {
            divide::<S, R>(exponentials, scales, p);
        }
        if !left_out.is_empty() {
            clear(p, left_out);
        }
    }
}

/// The sums of one piece.
pub struct SumWork<'w, 'a, 'p, S: Scalar> {
    pub pixels: &'w Pixels<'a, S>,
    pub piece: usize,
    pub tile: &'w mut Tile<S>,
    /// One for each region of the piece's group, all zero at first.
    pub lanes: &'w mut [RegionLanes],
    pub regions: &'w mut [Region],
    /// Where probabilities are kept, if they are.
    pub kept: Option<&'w mut Part<'p>>,
}

impl<S: Scalar> Work<S> for SumWork<'_, '_, '_, S> {
    type Output = ();

    #[inline(always)]
    fn run<R: Real<Storage = S>>(self) {
        let SumWork { pixels, piece, tile, lanes, regions, mut kept } = self;
        let geometry = &pixels.geometry;
        let (range, pitch) = (pixels.pixels_of(piece), pixels.tile);
        let mut counted = 0;
        for start in range.clone().step_by(pitch) {
            let count = pitch.min(range.end - start);
            let lent = kept.as_mut().filter(|_| count == pitch).and_then(|part| part.columns(start, count));
            let counted_here = pixels.load_targets(start..start + count, tile);
            pixels.load_input::<R>(start..start + count, tile, lent.as_ref());
            counted += counted_here;
            let Tile { probability, target, gradient, labels, left_out, buffers: [first, second], scales, .. } =
                &mut *tile;
            let (labels, left_out) = (&labels[..pitch], &left_out[..if counted_here < pitch { pitch } else { 0 }]);
            let is_lent = lent.is_some();
            let mut columns = lent.unwrap_or_else(|| ColumnsMut::of(probability, pitch));
            let ahead = pixels.next_tile(start, range.end);
            for class in 0..geometry.classes {
                let place = class * pitch..(class + 1) * pitch;
                let p = columns.column(class);
                pixels.finish::<R>(&gradient[place.clone()], scales, left_out, p);
                ahead.prefetch(class);
                if class < geometry.first_class {
                    continue;
                }
                let region = if geometry.keeps_classes { class - geometry.first_class } else { 0 };
                let (lanes, buffers) = (&mut lanes[region], [&mut first[..pitch], &mut second[..pitch]]);
                if geometry.labels {
                    let labelled = Labelled { labels, class: class as u32 };
                    lanes.add_input::<S, R, _>(p, labelled, pixels.squared, buffers);
                    lanes.add_labels(labels, class as u32);
                } else {
                    let target = &target[place];
                    lanes.add_input::<S, R, _>(p, Dense(target), pixels.squared, buffers);
                    lanes.add_target::<S, R>(target, pixels.squared, &mut first[..pitch]);
                }
            }
            if let Some(part) = kept.as_mut().filter(|_| !is_lent) {
                part.write_transposed(start, count, probability, pitch);
            }
        }
        let classes = if geometry.keeps_classes { 1 } else { geometry.classes - geometry.first_class };
        for (region, lanes) in regions.iter_mut().zip(lanes) {
            *region = lanes.fold(counted * classes);
        }
    }
}

/// The gradient of one piece.
pub struct GradientWork<'w, 'a, 'p, S: Scalar> {
    pub pixels: &'w Pixels<'a, S>,
    pub piece: usize,
    pub tile: &'w mut Tile<S>,
    /// Those of the regions of the piece's group.
    pub slopes: &'w [Slopes],
    pub part: &'w mut Part<'p>,
    /// Whether the probabilities are where the gradient shall be.
    pub keeps: bool,
}

impl<S: Scalar> Work<S> for GradientWork<'_, '_, '_, S> {
    type Output = ();

    #[inline(always)]
    fn run<R: Real<Storage = S>>(self) {
        let GradientWork { pixels, piece, tile, slopes, part, keeps } = self;
        let geometry = &pixels.geometry;
        let (range, pitch) = (pixels.pixels_of(piece), pixels.tile);
        let is_softmax = pixels.activation == Activation::Softmax;
        for start in range.clone().step_by(pitch) {
            let count = pitch.min(range.end - start);
            let counted = pixels.load_targets(start..start + count, tile);
            let is_lent = keeps && count == pitch && part.columns::<S>(start, count).is_some();
            if !keeps {
                pixels.load_input::<R>(start..start + count, tile, None);
            } else if !is_lent {
                part.read_transposed(start, count, &mut tile.probability, pitch);
            }
            let Tile {
                probability, target, gradient, labels, left_out, buffers: [first, second], scales, mean, ..
            } = &mut *tile;
            let left_out = &left_out[..if counted < pitch { pitch } else { 0 }];
            let (labels, mean) = (&labels[..pitch], &mut mean[..pitch]);
            let lent = if is_lent { part.columns(start, count) } else { None };
            let mut columns = lent.unwrap_or_else(|| ColumnsMut::of(probability, pitch));
            let ahead = pixels.next_tile(start, if keeps { start } else { range.end });
            mean.fill(0.0);
            for class in 0..geometry.classes {
                let place = class * pitch..(class + 1) * pitch;
                if is_lent && pixels.prefetches {
                    columns.prefetch(class, pitch);
                }
                let (p, g) = (columns.column(class), &mut gradient[place.clone()]);
                if !keeps {
                    pixels.finish::<R>(g, scales, left_out, p);
                }
                ahead.prefetch(class);
                let has_region = class >= geometry.first_class;
                let region = if geometry.keeps_classes { class.saturating_sub(geometry.first_class) } else { 0 };
                let slopes = if has_region { slopes[region] } else { Slopes::default() };
                let by_p = if pixels.activation == Activation::Sigmoid { &mut first[..pitch] } else { &mut *g };
                if geometry.labels {
                    let labelled = Labelled { labels, class: class as u32 };
                    by_probability::<S, R, _>(p, labelled, slopes, pixels.squared, by_p);
                } else {
                    by_probability::<S, R, _>(p, Dense(&target[place]), slopes, pixels.squared, by_p);
                }
                match pixels.activation {
                    Activation::None => {}
                    Activation::Sigmoid => sigmoid_chain::<S, R>(p, &first[..pitch], g),
                    Activation::Softmax => add_to_mean(p, g, mean),
                }
            }
            // Rounded apart, because numbers of two widths in one loop halve its vectors.
            for (rounded, &mean) in second.iter_mut().zip(&*mean) {
                *rounded = S::from_f64(mean);
            }
            for class in 0..geometry.classes {
                let (p, g) = (columns.column(class), &mut gradient[class * pitch..(class + 1) * pitch]);
                if is_softmax {
                    softmax_chain::<S, R>(p, g, &second[..pitch]);
                }
                if !left_out.is_empty() {
                    clear(if is_softmax { p } else { g }, left_out);
                }
            }
            if !is_lent {
                part.write_transposed(start, count, if is_softmax { probability } else { gradient }, pitch);
            }
        }
    }
}
