//! Transposing four-byte elements by vectors.

use std::arch::x86_64::*;

/// Transposes a matrix of four-byte elements by the widest vectors that the machine has and the matrix fills, if any
/// are wider than four elements. Gives whether it did; if not, nothing was written.
///
/// # Safety
/// As for any type.
#[inline(always)]
pub unsafe fn transpose(source: (*const f32, isize), target: (*mut f32, isize), rows: usize, columns: usize) -> bool {
    let longer = rows.max(columns);
    if rows.min(columns) < 4 {
        false
    } else if longer >= 16 && is_x86_feature_detected!("avx512f") {
        // SAFETY: the caller's; the machine has the instructions.
        unsafe {
            if rows >= 16 {
                by_16::<true>(source, target, rows, columns);
            } else {
                by_16::<false>(source, target, rows, columns);
            }
        }
        true
    } else if longer >= 8 && is_x86_feature_detected!("avx") {
        // SAFETY: as above.
        unsafe {
            if rows >= 8 {
                by_8::<true>(source, target, rows, columns);
            } else {
                by_8::<false>(source, target, rows, columns);
            }
        }
        true
    } else {
        false
    }
}

/// Transposes one block of four by four, which the compiler would move one by one.
///
/// # Safety
/// As for any type.
#[inline(always)]
pub unsafe fn transpose_block((source, source_pitch): (*const f32, isize), (target, target_pitch): (*mut f32, isize)) {
    // SAFETY: the caller's.
    unsafe {
        let [mut a, mut b, mut c, mut d] = [0, 1, 2, 3].map(|row| _mm_loadu_ps(source.offset(row * source_pitch)));
        _MM_TRANSPOSE4_PS(&mut a, &mut b, &mut c, &mut d);
        for (row, column) in (0..).zip([a, b, c, d]) {
            _mm_storeu_ps(target.offset(row * target_pitch), column);
        }
    }
}

// A vector has a lane of four elements for each four rows or columns, and each lane is transposed within itself: what
// goes along the longer side is a whole vector, what goes along the shorter one a lane.
macro_rules! blocks {
    ($name:ident: $features:literal, $width:literal, $load:ident, $store:ident, $gather:ident, $scatter:ident,
     $low:ident, $high:ident, $low_pairs:ident, $high_pairs:ident, $to_pairs:ident, $of_pairs:ident) => {
        /// Transposes a matrix, of at least as many rows as a vector has elements and four columns if it is tall, or else
        /// of at least four rows and so many columns.
        ///
        /// # Safety
        /// As for any type.
        #[target_feature(enable = $features)]
        pub unsafe fn $name<const TALL: bool>(
            (source, source_pitch): (*const f32, isize),
            (target, target_pitch): (*mut f32, isize),
            rows: usize,
            columns: usize,
        ) {
            let (height, width) = if TALL { ($width, 4) } else { (4, $width) };
            // The last blocks begin earlier, and copy some elements once more.
            for row in (0..rows).step_by(height) {
                let row = row.min(rows - height) as isize;
                for column in (0..columns).step_by(width) {
                    let column = column.min(columns - width) as isize;
                    let from = source.wrapping_offset(row * source_pitch + column);
                    let to = target.wrapping_offset(column * target_pitch + row);
                    // SAFETY: the caller's; the block lies inside the matrix.
                    unsafe {
                        let mut vectors = if TALL {
                            [
                                $gather(from, 4 * source_pitch),
                                $gather(from.wrapping_offset(source_pitch), 4 * source_pitch),
                                $gather(from.wrapping_offset(2 * source_pitch), 4 * source_pitch),
                                $gather(from.wrapping_offset(3 * source_pitch), 4 * source_pitch),
                            ]
                        } else {
                            [
                                $load(from),
                                $load(from.wrapping_offset(source_pitch)),
                                $load(from.wrapping_offset(2 * source_pitch)),
                                $load(from.wrapping_offset(3 * source_pitch)),
                            ]
                        };
                        let [a, b, c, d] = vectors;
                        let (ab, cd) = ($to_pairs($low(a, b)), $to_pairs($low(c, d)));
                        let (high_ab, high_cd) = ($to_pairs($high(a, b)), $to_pairs($high(c, d)));
                        vectors = [
                            $of_pairs($low_pairs(ab, cd)),
                            $of_pairs($high_pairs(ab, cd)),
                            $of_pairs($low_pairs(high_ab, high_cd)),
                            $of_pairs($high_pairs(high_ab, high_cd)),
                        ];
                        for place in 0..4 {
                            let to = to.wrapping_offset(place as isize * target_pitch);
                            if TALL {
                                $store(to, vectors[place]);
                            } else {
                                $scatter(to, 4 * target_pitch, vectors[place]);
                            }
                        }
                    }
                }
            }
        }
    };
}

blocks!(by_8: "avx", 8, _mm256_loadu_ps, _mm256_storeu_ps, gather_8, scatter_8, _mm256_unpacklo_ps,
    _mm256_unpackhi_ps, _mm256_unpacklo_pd, _mm256_unpackhi_pd, _mm256_castps_pd, _mm256_castpd_ps);
blocks!(by_16: "avx512f", 16, _mm512_loadu_ps, _mm512_storeu_ps, gather_16, scatter_16, _mm512_unpacklo_ps,
    _mm512_unpackhi_ps, _mm512_unpacklo_pd, _mm512_unpackhi_pd, _mm512_castps_pd, _mm512_castpd_ps);

/// A vector of lanes that are `pitch` apart.
///
/// # Safety
/// They may be read.
#[target_feature(enable = "avx")]
#[inline]
unsafe fn gather_8(source: *const f32, pitch: isize) -> __m256 {
    // SAFETY: the caller's.
    unsafe { _mm256_loadu2_m128(source.wrapping_offset(pitch), source) }
}

/// Writes the lanes of a vector `pitch` apart.
///
/// # Safety
/// They may be written.
#[target_feature(enable = "avx")]
#[inline]
unsafe fn scatter_8(target: *mut f32, pitch: isize, vector: __m256) {
    // SAFETY: the caller's.
    unsafe { _mm256_storeu2_m128(target.wrapping_offset(pitch), target, vector) }
}

/// As [`gather_8`].
///
/// # Safety
/// As there.
#[target_feature(enable = "avx512f")]
#[inline]
unsafe fn gather_16(source: *const f32, pitch: isize) -> __m512 {
    // SAFETY: the caller's.
    let (a, b, c, d) = unsafe {
        let from = |lane: isize| source.wrapping_offset(lane * pitch);
        (_mm_loadu_ps(source), _mm_loadu_ps(from(1)), _mm_loadu_ps(from(2)), _mm_loadu_ps(from(3)))
    };
    let vector = _mm512_insertf32x4::<1>(_mm512_castps128_ps512(a), b);
    _mm512_insertf32x4::<3>(_mm512_insertf32x4::<2>(vector, c), d)
}

/// As [`scatter_8`].
///
/// # Safety
/// As there.
#[target_feature(enable = "avx512f")]
#[inline]
unsafe fn scatter_16(target: *mut f32, pitch: isize, vector: __m512) {
    let lanes = [
        _mm512_castps512_ps128(vector),
        _mm512_extractf32x4_ps::<1>(vector),
        _mm512_extractf32x4_ps::<2>(vector),
        _mm512_extractf32x4_ps::<3>(vector),
    ];
    for (place, lane) in (0..).zip(lanes) {
        // SAFETY: the caller's.
        unsafe { _mm_storeu_ps(target.wrapping_offset(place * pitch), lane) };
    }
}
