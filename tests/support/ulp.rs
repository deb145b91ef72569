//! Distances in units in the last place (ulp).
//!
//! The unit is the distance between neighbouring numbers of the type where the truth lies, and never less than the smallest
//! subnormal number. Infinity lies one step behind the largest number.

/// Two to an exponent within the normal numbers of f64.
fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}

/// One unit in the last place of f32 at a number, as if there were no largest one.
#[inline(always)]
pub fn unit_f32(number: f64) -> f64 {
    let exponent = ((number.abs().to_bits() >> 52) as i32 - 1023).clamp(-126, 127);
    power_of_two(exponent - 23)
}

/// The distance of an f32 from the truth.
#[inline(always)]
pub fn error_f32(found: f32, truth: f64) -> f64 {
    const BEYOND: f64 = (1_u128 << 127) as f64 * 2.0;
    if truth.is_nan() || found.is_nan() {
        return if truth.is_nan() && found.is_nan() { 0.0 } else { f64::INFINITY };
    }
    let truth = truth.clamp(-BEYOND, BEYOND);
    (f64::from(found).clamp(-BEYOND, BEYOND) - truth).abs() / unit_f32(truth)
}

/// One unit in the last place of f64 at a number.
#[inline(always)]
pub fn unit_f64(number: f64) -> f64 {
    let exponent = ((number.to_bits() >> 52) & 0x7FF).max(1);
    let subnormal = exponent <= 52;
    // 2^(exponent − 1023 − 52), which below the normal numbers is a bit of the fraction.
    if subnormal { f64::from_bits(1 << (exponent - 1)) } else { f64::from_bits((exponent.min(2046) - 52) << 52) }
}

/// The distance of an f64 from a truth of two numbers: the nearest f64, and what is missing.
#[inline(always)]
pub fn error_f64(found: f64, truth: f64, missing: f64) -> f64 {
    if truth.is_nan() || found.is_nan() {
        return if truth.is_nan() && found.is_nan() { 0.0 } else { f64::INFINITY };
    }
    // Large numbers are halved, so that what lies behind the largest is a number, too.
    const BEYOND: f64 = f64::from_bits(0x7FE0_0000_0000_0000);
    let scale = if truth.abs() > 1.0 { 0.5 } else { 1.0 };
    let place = |number: f64| (number * scale).clamp(-BEYOND, BEYOND);
    ((place(found) - place(truth)) - missing * scale).abs() / (unit_f64(truth) * scale)
}
