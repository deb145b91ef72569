//! Transposing: rows that lie in memory one after another become columns of a tile, and back.

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

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    /// Transposes one block of four-byte elements, which the compiler would move one by one.
    ///
    /// # Safety
    /// As for any type.
    #[inline(always)]
    pub unsafe fn transpose_block(
        (source, source_pitch): (*const f32, isize),
        (target, target_pitch): (*mut f32, isize),
    ) {
        // SAFETY: the caller's.
        unsafe {
            let [mut a, mut b, mut c, mut d] = [0, 1, 2, 3].map(|row| _mm_loadu_ps(source.offset(row * source_pitch)));
            _MM_TRANSPOSE4_PS(&mut a, &mut b, &mut c, &mut d);
            for (row, column) in (0..).zip([a, b, c, d]) {
                _mm_storeu_ps(target.offset(row * target_pitch), column);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Debug;

    fn check<T: Copy + Default + PartialEq + Debug>(number: impl Fn(usize) -> T) {
        for rows in 0..10 {
            for columns in 0..10 {
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
    }

    #[test]
    fn matrices_of_any_size_and_nothing_beside_them() {
        check(|index| 1.0 + index as f32);
        check(|index| 1.0 + index as f64);
        check(|index| 1 + index as u16);
    }
}
