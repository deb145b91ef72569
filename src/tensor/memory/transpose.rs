//! Transposing: rows that lie in memory one after another become columns of a tile, and back.

#[cfg(target_arch = "x86_64")]
mod x86;

/// Rows and columns of what is transposed at once.
const BLOCK: usize = 4;

/// Copies a matrix of `rows` by `columns` transposed, element (r, c) from `source + r * source_pitch + c` to
/// `target + c * target_pitch + r`.
///
/// # Safety
/// All these elements may be read and written, and none of them is both.
pub unsafe fn transpose<T: Copy>(
    (source, source_pitch): (*const T, isize),
    (target, target_pitch): (*mut T, isize),
    rows: usize,
    columns: usize,
) {
    let at = |row: usize, column: usize| {
        let (row, column) = (row as isize, column as isize);
        // SAFETY: the caller's, for every element inside the matrix.
        unsafe { (source.offset(row * source_pitch + column), target.offset(column * target_pitch + row)) }
    };
    #[cfg(target_arch = "x86_64")]
    if size_of::<T>() == size_of::<f32>() {
        let (source, target) = ((source.cast(), source_pitch), (target.cast(), target_pitch));
        // SAFETY: the caller's; the elements are moved as bits.
        if unsafe { x86::transpose(source, target, rows, columns) } {
            return;
        }
    }
    if rows < BLOCK || columns < BLOCK {
        for row in 0..rows {
            for column in 0..columns {
                let (from, to) = at(row, column);
                // SAFETY: the caller's.
                unsafe { to.write(from.read()) };
            }
        }
        return;
    }
    // The last blocks begin earlier, and copy some elements once more.
    for row in (0..rows).step_by(BLOCK) {
        let (from, to) = at(row.min(rows - BLOCK), 0);
        for column in (0..columns).step_by(BLOCK) {
            let column = column.min(columns - BLOCK) as isize;
            // SAFETY: the caller's; the block lies inside the matrix.
            unsafe {
                let (from, to) = (from.offset(column), to.offset(column * target_pitch));
                transpose_block((from, source_pitch), (to, target_pitch));
            }
        }
    }
}

/// Transposes one block.
///
/// # Safety
/// As [`transpose`], for four rows and columns.
#[inline(always)]
unsafe fn transpose_block<T: Copy>((source, source_pitch): (*const T, isize), (target, target_pitch): (*mut T, isize)) {
    #[cfg(target_arch = "x86_64")]
    if size_of::<T>() == size_of::<f32>() {
        // SAFETY: the caller's; the elements are moved as bits. Every x86-64 has SSE.
        return unsafe { x86::transpose_block((source.cast(), source_pitch), (target.cast(), target_pitch)) };
    }
    // SAFETY: the caller's. An array is aligned as its elements are.
    let [a, b, c, d] = [0, 1, 2, 3].map(|row| unsafe { source.offset(row * source_pitch).cast::<[T; BLOCK]>().read() });
    for column in 0..BLOCK {
        let elements = [a[column], b[column], c[column], d[column]];
        // SAFETY: as above.
        unsafe { target.offset(column as isize * target_pitch).cast::<[T; BLOCK]>().write(elements) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Debug;

    type Transpose<T> = unsafe fn((*const T, isize), (*mut T, isize), usize, usize);

    fn check<T: Copy + Default + PartialEq + Debug>(
        transpose: Transpose<T>,
        takes: impl Fn(usize, usize) -> bool,
        number: impl Fn(usize) -> T,
    ) {
        let extents = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15, 16, 17, 20, 33, 64];
        for (rows, columns) in extents.iter().flat_map(|&rows| extents.map(move |columns| (rows, columns))) {
            if !takes(rows, columns) {
                continue;
            }
            let (source_pitch, target_pitch) = (columns + 3, rows + 2);
            let source: Vec<T> = (0..rows * source_pitch).map(&number).collect();
            let mut expected = vec![T::default(); columns * target_pitch];
            let mut found = expected.clone();
            for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
                expected[column * target_pitch + row] = source[row * source_pitch + column];
            }
            let from = (source.as_ptr(), source_pitch as isize);
            let to = (found.as_mut_ptr(), target_pitch as isize);
            // SAFETY: two vectors that hold every row and every column with their pitch.
            unsafe { transpose(from, to, rows, columns) };
            assert_eq!(found, expected, "{rows} by {columns}");
        }
    }

    #[test]
    fn matrices_of_any_size_and_nothing_beside_them() {
        let any = |_, _| true;
        check(transpose, any, |index| 1.0 + index as f32);
        check(transpose, any, |index| 1.0 + index as f64);
        check(transpose, any, |index| 1 + index as u16);
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn every_width_does_the_same() {
        let check = |transpose, least_rows, least_columns| {
            check(
                transpose,
                |rows, columns| rows >= least_rows && columns >= least_columns,
                |index| 1.0 + index as f32,
            );
        };
        if is_x86_feature_detected!("avx") {
            check(x86::by_8::<true>, 8, 4);
            check(x86::by_8::<false>, 4, 8);
        }
        if is_x86_feature_detected!("avx512f") {
            check(x86::by_16::<true>, 16, 4);
            check(x86::by_16::<false>, 4, 16);
        }
    }
}
