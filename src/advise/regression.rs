//! A real number per element: `mse`, `huber` or `mae`, by what the residuals look like.
//!
//! Everything is measured in robust scales, 1.4826 · MAD, so that outliers cannot hide themselves: a standard deviation
//! or a kurtosis would be made of the very values in question. Two questions decide:
//!
//! - Are there outliers? More values beyond [`CUT`] scales than a normal distribution gives, by more than chance.
//! - Then, is `huber` or `mae` better? The one whose fit of a location has the smaller asymptotic variance here
//!   (Huber 1964): E ψ² / (E ψ')² against 1 / (4 f(0)²). Normal data with outliers favour `huber`, Laplace and
//!   heavier shapes `mae`.

use super::Advice;
use super::sample::{Data, MAX_MEASURED, draw};
use super::text::{DIGITS, number, percent, short};
use crate::error::{Error, Result, Status};
use spread::{CUT, NORMAL_BEYOND_CUT, Shape, Spread};

mod spread;

/// Squares of larger numbers, summed, could overflow.
const LARGEST: f64 = 1e140;

pub(super) fn advise(data: &Data<'_>, advice: &mut Advice) -> Result<()> {
    if let Some(count) = data.class_count {
        let message = format!("class_count = {count}, but the regression task has no classes");
        return Err(Error::new(Status::InvalidArgument, message));
    }
    data.require_equal_shapes("the regression task has one prediction for each target, of the same shape")?;
    let Some(target) = &data.target else {
        return without_target(data, advice);
    };
    // Every element is checked, also where only a part is measured.
    for index in 0..target.count {
        let value = target.finite(index)?;
        let residual = match &data.prediction {
            Some(prediction) => prediction.finite(index)? - value,
            None => value,
        };
        if residual.abs() > LARGEST {
            let message = format!(
                "element {index}: {} is too large to be squared; scale the data down",
                number(residual, DIGITS)
            );
            return Err(Error::new(Status::InvalidArgument, message).at(index));
        }
    }
    let measured = draw(target.count, MAX_MEASURED).map(|index| match &data.prediction {
        Some(prediction) => prediction.get(index) - target.get(index),
        None => target.get(index),
    });
    let spread = Spread::of(measured.collect(), target.count, data.prediction.is_some());
    spread.record(advice);
    spread.recommend(advice);
    Ok(())
}

fn without_target(data: &Data<'_>, advice: &mut Advice) -> Result<()> {
    let why = data.without_target();
    if let Some(prediction) = &data.prediction {
        for index in 0..prediction.count {
            prediction.finite(index)?;
        }
    }
    advice.recommend(
        "mse",
        format!(
            "{why}, so it cannot be known whether outliers occur; mse is the efficient choice when errors are about \
             normal. Show targets with predictions to have the residuals measured."
        ),
    );
    advice.recommend(
        "huber",
        format!(
            "{why}: if outliers are expected, but delta=1 fits only errors of about unit scale. Show targets with \
             predictions to have delta = 1.345 scales computed."
        ),
    );
    advice.recommend(
        "mae",
        format!(
            "{why}: only if gross errors are common; it fits the median and needs 1.57 times the data of mse under \
             normal errors."
        ),
    );
    Ok(())
}

impl Spread {
    fn recommend(&self, advice: &mut Advice) {
        let shape = self.shape();
        let huber = format!("huber(delta={})", number(self.delta(), DIGITS));
        let seen = self.seen();
        match shape {
            Shape::Constant => {
                let values = if self.residuals { "residuals" } else { "targets" };
                let reason = format!(
                    "All {} {values} measured equal {}: there is no spread from which outliers or a delta could be \
                     told. mse is the plain choice{}.",
                    self.measured,
                    short(self.median),
                    if self.residuals { "" } else { ", but a constant leaves nothing to learn" }
                );
                advice.recommend("mse", reason);
                let reason = format!(
                    "If outliers are expected later; its delta=1 is a default, not computed: {} equal values have \
                     no scale.",
                    self.measured
                );
                advice.recommend("huber", reason);
            }
            Shape::Clean => {
                advice.recommend(
                    "mse",
                    format!("{seen} No excess of outliers, so the mean, which mse fits, is efficient."),
                );
                advice.recommend(
                    huber.clone(),
                    format!(
                        "{} Costs 5 % of the efficiency of mse if errors are normal, as insurance.",
                        self.delta_sentence()
                    ),
                );
                advice.recommend("mae", self.mae_sentence());
            }
            Shape::Contaminated => {
                let reason = format!(
                    "{seen} Beyond delta an outlier pulls no harder than a value at delta. {}",
                    self.delta_sentence()
                );
                advice.recommend(huber, reason);
                advice.recommend("mae", self.mae_sentence());
                advice.recommend("mse", self.mse_sentence());
            }
            Shape::Heavy => {
                let reason =
                    format!("{seen} Tails this heavy favour the median, which mae fits. {}", self.mae_sentence());
                advice.recommend("mae", reason);
                let reason = format!(
                    "{} Smooth near 0, where mae's gradient jumps: easier for second-order and large-step optimisers.",
                    self.delta_sentence()
                );
                advice.recommend(huber, reason);
                advice.recommend("mse", self.mse_sentence());
            }
        }
    }

    /// Counts, median, scale and outliers.
    fn seen(&self) -> String {
        let drawn =
            if self.measured < self.shown { format!(" (drawn evenly from {})", self.shown) } else { String::new() };
        let mut text = if self.residuals {
            format!("The residuals of {} elements{drawn}", self.measured)
        } else {
            format!(
                "No predictions were shown, so this judges the spread of the {} targets{drawn} themselves, which",
                self.measured
            )
        };
        text += &format!(" have median {} and ", short(self.median));
        text += &if self.mad_scale > 0.0 {
            format!("robust scale {} (1.4826 MAD)", short(self.scale))
        } else {
            format!(
                "equal it in more than half of all cases, so that MAD is 0; the others have scale {}",
                short(self.scale)
            )
        };
        text += &format!(
            "; {} of them ({}) lie beyond {CUT} scales, where a normal distribution has {}.",
            self.outliers,
            percent(self.outlier_share()),
            percent(NORMAL_BEYOND_CUT)
        );
        if !self.residuals {
            text += " Inputs may explain part of that spread: show predictions of a first fit to judge by residuals.";
        }
        text
    }

    fn delta_sentence(&self) -> String {
        format!("delta = 1.345 scales of {} = {}.", short(self.scale), number(self.delta(), DIGITS))
    }

    fn mse_sentence(&self) -> String {
        format!(
            "The naive choice: the {} outliers hold {} of the sum of squares, so the fit would follow them.",
            self.outliers,
            percent(self.outlier_square_share)
        )
    }

    /// What the median needs, compared with huber, on these values; or what theory says when they cannot tell.
    fn mae_sentence(&self) -> String {
        let ratio = self.mae_variance / self.huber_variance;
        if ratio.is_finite() && ratio > 0.0 {
            let (times, than) = if ratio >= 1.0 { (ratio, "more") } else { (1.0 / ratio, "less") };
            format!(
                "By the density at its centre, mae needs {} times {than} data than huber here for the same \
                 precision; no outlier counts more than by its side.",
                short(times)
            )
        } else {
            format!(
                "Fits the median, however large errors are; needs 1.57 times the data of mse where errors are \
                 normal, and {} values do not show their density at the centre.",
                self.measured
            )
        }
    }
}
