//! What goes past the caches or comes into them ahead of time.
//!
//! Memory that is overwritten whole need not be read first, which spares a third of the traffic of a loss that reads one
//! tensor and writes one. And what is read in one pass before the arithmetic of another can be on its way meanwhile.

/// From this many bytes on, an output is written past the caches: with what was read for it, it would not stay in them
/// until its caller comes to it.
pub const STREAMED_BYTES: usize = 16 << 20;

/// Whether this machine has such stores.
pub const STREAMS: bool = cfg!(target_arch = "x86_64");

/// Copies a block. What it wrote is visible to other threads after [`fence`].
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub fn copy<T: Copy>(out: &mut [T], block: &[T]) {
    assert_eq!(out.len(), block.len(), "a copy has the length of the block");
    // The wider the stores, the fewer of them wait in the store queue, and with them whatever is computed next.
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the machine has the instructions.
        unsafe { x86::copy_64(out, block) }
    } else if is_x86_feature_detected!("avx") {
        // SAFETY: as above.
        unsafe { x86::copy_32(out, block) }
    } else {
        // SAFETY: every x86-64 has SSE2.
        unsafe { x86::copy_16(out, block) }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    macro_rules! streaming_copy {
        ($name:ident, $features:literal, $vector:ty, $load:ident, $stream:ident) => {
            #[target_feature(enable = $features)]
            #[inline]
            pub fn $name<T: Copy>(out: &mut [T], block: &[T]) {
                const WIDTH: usize = size_of::<$vector>();
                let lanes = WIDTH / size_of::<T>();
                // Before and behind the aligned vectors, elements are stored as usual.
                let head = out.as_ptr().align_offset(WIDTH).min(out.len());
                let tail = out.len() - (out.len() - head) % lanes;
                out[..head].copy_from_slice(&block[..head]);
                for index in (head..tail).step_by(lanes) {
                    // SAFETY: (reach) a whole vector lies between head and tail, in both slices, and its place in `out`
                    // is aligned; `out` is borrowed, so that no thread reads it before the fence.
                    unsafe {
                        let elements = $load(block.as_ptr().add(index).cast());
                        $stream(out.as_mut_ptr().add(index).cast(), elements);
                    }
                }
                out[tail..].copy_from_slice(&block[tail..]);
            }
        };
    }

    streaming_copy!(copy_16, "sse2", __m128i, _mm_loadu_si128, _mm_stream_si128);
    streaming_copy!(copy_32, "avx", __m256i, _mm256_loadu_si256, _mm256_stream_si256);
    streaming_copy!(copy_64, "avx512f", __m512i, _mm512_loadu_si512, _mm512_stream_si512);
}

/// Copies a block.
#[cfg(not(target_arch = "x86_64"))]
pub fn copy<T: Copy>(out: &mut [T], block: &[T]) {
    out.copy_from_slice(block);
}

/// Makes what was copied visible before anything that this thread stores from now on.
pub fn fence() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the instruction is part of every x86-64.
    unsafe {
        std::arch::x86_64::_mm_sfence();
    }
}

/// Asks for some elements to be brought into the caches.
#[inline(always)]
pub fn prefetch<T>(elements: &[T]) {
    prefetch_bytes(elements.as_ptr().cast(), size_of_val(elements));
}

/// Asks for some bytes to be brought into the caches. A hint: nothing is read, from any address.
#[inline(always)]
pub fn prefetch_bytes(address: *const u8, bytes: usize) {
    #[cfg(target_arch = "x86_64")]
    for offset in (0..bytes).step_by(64) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch reads nothing; the instruction is part of every x86-64.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address.wrapping_add(offset).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (address, bytes);
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::{fence, x86};

    /// Copies of any length to any alignment, with nothing written beside them.
    fn check(copy: impl Fn(&mut [u16], &[u16])) {
        let block: Vec<u16> = (1..=300).collect();
        for offset in 0..40 {
            for length in [0, 1, 7, 31, 32, 33, 64, 100, 300] {
                let mut memory = [0_u16; 400];
                copy(&mut memory[offset..offset + length], &block[..length]);
                fence();
                assert_eq!(memory[offset..offset + length], block[..length], "at {offset}");
                assert!(memory[..offset].iter().chain(&memory[offset + length..]).all(|&beside| beside == 0));
            }
        }
    }

    #[test]
    fn every_width_copies_all_and_no_more() {
        // SAFETY: every x86-64 has SSE2.
        check(|out, block| unsafe { x86::copy_16(out, block) });
        if is_x86_feature_detected!("avx") {
            // SAFETY: the machine has the instructions.
            check(|out, block| unsafe { x86::copy_32(out, block) });
        }
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: as above.
            check(|out, block| unsafe { x86::copy_64(out, block) });
        }
    }
}
