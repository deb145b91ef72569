//! The robust statistics behind the advice: scale, outliers, and what each loss makes of them.

use super::super::Advice;
use super::super::text::{DIGITS, rounded};

/// MAD · this is the standard deviation of a normal distribution: 1/Φ⁻¹(3/4).
const MAD_TO_DEVIATION: f64 = 1.4826;

/// Huber's delta in scales: 95 % of the efficiency of the mean under a normal distribution.
const HUBER_SCALES: f64 = 1.345;

/// Beyond this many scales a value is an outlier ...
pub(super) const CUT: f64 = 3.0;

/// ... which a normal distribution gives this share of: 2·Φ(-3).
pub(super) const NORMAL_BEYOND_CUT: f64 = 0.002_699_8;

/// With a smaller share of outliers `huber` gains less than the 5 % that it costs.
const OUTLIERS_THAT_MATTER: f64 = 0.01;

/// From this share on a fifth of the data has nothing to say about the centre, and only its side should count.
const HEAVY: f64 = 0.2;

/// Fewer values than this show their density at the centre with an error of more than an eighth.
const FEWEST_FOR_DENSITY: usize = 200;

/// Residuals, or targets without predictions, measured robustly.
pub(super) struct Spread {
    /// Whether these are residuals.
    pub residuals: bool,
    pub shown: usize,
    pub measured: usize,
    pub median: f64,
    /// 1.4826 · MAD; 0 when more than half of the values are equal.
    pub mad_scale: f64,
    /// The scale in use: `mad_scale`, or that of the values off the median; 0 when all are equal.
    pub scale: f64,
    pub outliers: usize,
    pub outlier_square_share: f64,
    /// Asymptotic variances in squared scales.
    pub mse_variance: f64,
    pub huber_variance: f64,
    pub mae_variance: f64,
}

/// What the values ask for.
#[derive(PartialEq)]
pub(super) enum Shape {
    Constant,
    Clean,
    Contaminated,
    Heavy,
}

impl Spread {
    pub fn of(mut values: Vec<f64>, shown: usize, residuals: bool) -> Spread {
        let measured = values.len();
        let median = median(&mut values);
        for value in &mut values {
            *value = (*value - median).abs();
        }
        let mad_scale = MAD_TO_DEVIATION * self::median(&mut values);
        let mut scale = mad_scale;
        if scale <= 0.0 {
            let mut off: Vec<f64> = values.iter().copied().filter(|deviation| *deviation > 0.0).collect();
            scale = MAD_TO_DEVIATION * self::median(&mut off);
        }
        let mut spread = Spread {
            residuals,
            shown,
            measured,
            median,
            mad_scale,
            scale,
            outliers: 0,
            outlier_square_share: 0.0,
            mse_variance: f64::NAN,
            huber_variance: f64::NAN,
            mae_variance: f64::NAN,
        };
        if scale > 0.0 {
            spread.measure(&values);
        }
        spread
    }

    /// One pass over the distances from the median; symmetric statistics need no signs.
    fn measure(&mut self, deviations: &[f64]) {
        let total = self.measured.max(1) as f64;
        // Silverman's exponent; the constant 1 suits a density at the centre that is measured in robust scales.
        let width = total.powf(-0.2);
        let (mut squares, mut outlier_squares, mut clipped) = (0.0, 0.0, 0.0);
        let (mut inside, mut near, mut ties) = (0usize, 0usize, 0usize);
        for deviation in deviations {
            let scaled = deviation / self.scale;
            squares += scaled * scaled;
            clipped += scaled.min(HUBER_SCALES).powi(2);
            inside += usize::from(scaled <= HUBER_SCALES);
            near += usize::from(scaled <= width);
            ties += usize::from(*deviation <= 0.0);
            if scaled > CUT {
                self.outliers += 1;
                outlier_squares += scaled * scaled;
            }
        }
        if squares.is_finite() && squares > 0.0 {
            self.outlier_square_share = outlier_squares / squares;
        }
        self.mse_variance = squares / total;
        self.huber_variance = clipped / total / (inside as f64 / total).powi(2);
        // Repeated values make a density meaningless: the median looks better than it is.
        if self.measured >= FEWEST_FOR_DENSITY && (ties as f64) < 0.1 * total {
            let density = near as f64 / (2.0 * width * total);
            self.mae_variance = 0.25 / (density * density);
        }
    }

    pub fn outlier_share(&self) -> f64 {
        self.outliers as f64 / self.measured.max(1) as f64
    }

    /// delta = 1.345 scales, as it stands in the spec.
    pub fn delta(&self) -> f64 {
        rounded(HUBER_SCALES * self.scale, DIGITS)
    }

    pub fn shape(&self) -> Shape {
        if self.scale <= 0.0 {
            return Shape::Constant;
        }
        let expected = NORMAL_BEYOND_CUT * self.measured as f64;
        // Three Poisson deviations above what a normal gives, and one more for small samples.
        let by_chance = expected + 3.0 * expected.sqrt() + 1.0;
        if self.outlier_share() <= OUTLIERS_THAT_MATTER || self.outliers as f64 <= by_chance {
            Shape::Clean
        } else if self.outlier_share() >= HEAVY || self.mae_variance < self.huber_variance {
            Shape::Heavy
        } else {
            Shape::Contaminated
        }
    }

    pub fn record(&self, advice: &mut Advice) {
        advice.fact("sample_count", self.shown as f64);
        if self.measured < self.shown {
            advice.fact("measured_count", self.measured as f64);
        }
        advice.fact(if self.residuals { "residual_median" } else { "target_median" }, self.median);
        advice.fact("mad_scale", self.mad_scale);
        if self.scale > 0.0 {
            advice.fact("outlier_share", self.outlier_share());
            advice.fact("outlier_share_normal", NORMAL_BEYOND_CUT);
            advice.fact("outlier_square_share", self.outlier_square_share);
            advice.fact("mse_variance", self.mse_variance);
            advice.fact("huber_variance", self.huber_variance);
            advice.fact("mae_variance", self.mae_variance);
            advice.fact("huber_delta", self.delta());
        }
    }
}

/// The middle value, or the mean of both middle ones; 0 of nothing. Linear time.
fn median(values: &mut [f64]) -> f64 {
    let middle = values.len() / 2;
    if values.is_empty() {
        return 0.0;
    }
    let even = values.len().is_multiple_of(2);
    let (below, upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let upper = *upper;
    if even {
        let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        lower + 0.5 * (upper - lower)
    } else {
        upper
    }
}
