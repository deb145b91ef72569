//! How much is worked on at once: the scratch memory is bounded, and the cut depends on the shape alone.

use std::ops::Range;

use super::Sizes;
use crate::tensor::Split;

/// Classes in a tile, the unit of work. A multiple of every vector.
pub const TILE: usize = 256;

/// Rows of a piece of the input's gradient.
pub const PIECE_ROWS: usize = 128;

/// Columns of a piece of the input's gradient.
pub const PIECE_COLUMNS: usize = 256;

/// Bytes of logits that a block may keep so that they are computed once.
const WHOLE: usize = 48 << 20;

/// Bytes of logits at once where they are computed twice.
const PARTIAL: usize = 32 << 20;

/// Bytes of the inputs of a block.
const INPUTS: usize = 8 << 20;

/// Bytes of rows of the matrix, or of its gradient, that are copied at once.
const COPIED: usize = 16 << 20;

/// Bytes of tiles that are copied at once, each by a task of its own.
const COPIES: usize = 32 << 20;

/// Fewer rows than this feed the product badly: then it is quicker to compute the logits of more rows twice.
const FEWEST: usize = 64;

/// Most rows in a block: more gain nothing.
const MOST: usize = 1024;

/// Sums that the input's gradient is added up in, if its pieces alone are too few to share.
const SEGMENTS: usize = 8;

/// The cut of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks {
    /// Rows in a block, and rows that are added up together in the matrix's gradient.
    pub rows: usize,
    /// Whether the logits of a block are all kept.
    pub whole: bool,
    /// Classes between barriers: a multiple of [`TILE`]. It changes no bit.
    pub chunk: usize,
    /// Tile t adds to sum t mod this many of the input's gradient.
    pub segments: usize,
}

fn rounded_down(number: usize, multiple: usize) -> usize {
    (number / multiple * multiple).max(multiple)
}

impl Blocks {
    /// For numbers of `size` bytes. `derive`: whether derivatives are wanted; `copies`: whether rows of the matrix or of
    /// its gradient need to be copied.
    pub fn of(sizes: Sizes, size: usize, derive: bool, copies: bool) -> Blocks {
        let Sizes { rows, width, classes } = sizes;
        let bytes_of = |count: usize| count.saturating_mul(size).max(1);
        let fitting = rounded_down(INPUTS / bytes_of(width), 8).min(MOST);
        let kept = rounded_down(WHOLE / bytes_of(classes.next_multiple_of(TILE)), 8);
        let whole = derive && kept >= FEWEST.min(fitting).min(rows);
        let block = if whole { kept.min(fitting) } else { fitting }.min(rows).max(1);
        let all = classes.next_multiple_of(TILE).max(TILE);
        let mut chunk = if whole { all } else { rounded_down(PARTIAL / bytes_of(block), TILE).min(all) };
        if copies {
            chunk = chunk.min(rounded_down(COPIED / bytes_of(width), TILE));
        }
        let pieces = block.div_ceil(PIECE_ROWS).saturating_mul(width.div_ceil(PIECE_COLUMNS)).max(1);
        let segments = (3 * SEGMENTS / pieces).clamp(1, SEGMENTS).min(all / TILE);
        Blocks { rows: block, whole, chunk, segments }
    }

    /// The rows of the first block if its logits may wait where the matrix's gradient will be: as many as fit there, and
    /// whole blocks of the others, so that no bit depends on whether they may. None where logits are computed twice, or
    /// where it would be no larger than the others.
    pub fn rows_in_place(&self, sizes: Sizes, size: usize) -> usize {
        let Sizes { rows, width, .. } = sizes;
        let fitting = width.min(INPUTS / (width * size).max(1)).min(MOST);
        let whole_blocks = fitting / self.rows * self.rows;
        if self.whole && rows <= fitting {
            rows
        } else if self.whole && whole_blocks > self.rows {
            whole_blocks
        } else {
            0
        }
    }

    /// The same cut for a block of so many rows: of more, fewer classes go together, so that the sums of their tiles need no
    /// more memory.
    pub fn for_rows(self, rows: usize) -> Blocks {
        if rows <= self.rows {
            return self;
        }
        Blocks { chunk: rounded_down(self.chunk * self.rows / rows, TILE), ..self }
    }

    /// Numbers of the copies of a tile of so many rows that are made at once, where `scratch` numbers of a size are there
    /// anyway.
    pub fn copies(rows: usize, classes: usize, size: usize, scratch: usize) -> usize {
        let tile = rows * TILE;
        let copies = scratch.max(COPIES / size) / tile.max(1);
        copies.clamp(1, Split::MOST).min(classes.div_ceil(TILE)) * tile
    }

    /// The classes from barrier to barrier.
    pub fn chunks(&self, classes: usize) -> impl Iterator<Item = Range<usize>> + use<> {
        let chunk = self.chunk;
        (0..classes).step_by(chunk).map(move |start| start..classes.min(start + chunk))
    }
}

/// The classes of one tile of a chunk.
pub fn tile_of(chunk: &Range<usize>, tile: usize) -> Range<usize> {
    let start = chunk.start + tile * TILE;
    start..chunk.end.min(start + TILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scratch_is_bounded_whatever_the_shape() {
        for rows in [1, 5, 63, 1024, 100_000] {
            for width in [1, 64, 768, 4096, 16_384] {
                for classes in [1, 255, 1000, 32_000, 128_256, 1_000_000] {
                    for size in [4, 8] {
                        let sizes = Sizes { rows, width, classes };
                        let blocks = Blocks::of(sizes, size, true, true);
                        assert!(blocks.rows >= 1 && blocks.rows <= rows && blocks.chunk.is_multiple_of(TILE));
                        let in_place = blocks.rows_in_place(sizes, size);
                        let kept = if blocks.whole { classes.next_multiple_of(TILE) } else { blocks.chunk };
                        let logits = if in_place < rows { kept * blocks.rows } else { 0 };
                        let pieces = |rows: usize| blocks.segments * rows * width.next_multiple_of(PIECE_COLUMNS);
                        let made = pieces(in_place);
                        let copies = Blocks::copies(in_place, classes, size, logits.saturating_sub(made));
                        // Logits or what is made of them, inputs, their gradient, and copies of rows of the matrix and its
                        // gradient.
                        let inputs = blocks.rows.max(in_place) * width;
                        let total = logits.max(made + copies) + inputs + pieces(blocks.rows) + 2 * blocks.chunk * width;
                        let most = if width * TILE * size > COPIED { 150 << 20 } else { 110 << 20 };
                        assert!(total * size <= most, "{sizes:?} of {size} bytes: {blocks:?} take {}", total * size);
                    }
                }
            }
        }
    }

    #[test]
    fn the_cut_of_rows_does_not_depend_on_where_numbers_lie() {
        for classes in [10, 5_000, 128_256, 500_000] {
            let sizes = Sizes { rows: 1024, width: 768, classes };
            let (lent, copied) = (Blocks::of(sizes, 4, true, false), Blocks::of(sizes, 4, true, true));
            assert_eq!(Blocks { chunk: 0, ..lent }, Blocks { chunk: 0, ..copied });
        }
    }
}
