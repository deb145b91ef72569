//! Probabilities that have rounded to certainty, and what their logarithm then costs.

use super::super::Advice;
use super::super::sample::View;
use super::super::text::{percent, plural, short};
use super::Link;

/// `bce(from=probs)` cuts every logarithm at -100, as PyTorch does.
const BCE_LOG_CLAMP: f64 = 100.0;

/// How close to certainty probabilities have come.
pub(super) struct Saturation {
    exact: usize,
    /// Smallest distance from 0 or 1 among the others; infinite when there are no others.
    nearest: f64,
    /// Labels whose own probability was seen, the smallest of these above 0, and how many are exactly 0.
    labels: usize,
    smallest_own: f64,
    zero_own: usize,
}

impl Saturation {
    pub fn of(view: &View<'_>, own: Option<&dyn Fn(usize, f64) -> Option<f64>>) -> Saturation {
        let mut found =
            Saturation { exact: 0, nearest: f64::INFINITY, labels: 0, smallest_own: f64::INFINITY, zero_own: 0 };
        for index in 0..view.count {
            let probability = view.get(index);
            let distance = probability.min(1.0 - probability);
            if distance <= 0.0 {
                found.exact += 1;
            } else {
                found.nearest = found.nearest.min(distance);
            }
            if let Some(own) = own.and_then(|own| own(index, probability)) {
                found.labels += 1;
                if own <= 0.0 {
                    found.zero_own += 1;
                } else {
                    found.smallest_own = found.smallest_own.min(own);
                }
            }
        }
        found
    }

    pub fn record(&self, view: &View<'_>, advice: &mut Advice) {
        advice.fact("saturated_share", self.exact as f64 / view.count as f64);
        advice.fact("nearest_distance", self.nearest);
        if self.labels > 0 {
            advice.fact("zero_probability_count", self.zero_own as f64);
        }
    }

    pub fn sentence(&self, view: &View<'_>, link: Link) -> String {
        let mut text = format!(
            "{} of {} probabilities ({}) are exactly 0 or 1",
            self.exact,
            view.count,
            percent(self.exact as f64 / view.count as f64)
        );
        if self.nearest.is_finite() {
            text += &format!(
                "; the nearest other one is {} away, a logit of {} in size",
                short(self.nearest),
                short((-self.nearest).ln_1p() - self.nearest.ln())
            );
        }
        text += ". ";
        if self.zero_own > 0 {
            let zeros = plural(self.zero_own, "label has", "labels have");
            text += &match link {
                Link::Sigmoid => format!(
                    "{zeros} probability exactly 0: the loss of each is cut at {BCE_LOG_CLAMP}, which adds {} to \
                     the mean, and says nothing of how wrong the model was. ",
                    short(BCE_LOG_CLAMP * self.zero_own as f64 / self.labels as f64)
                ),
                Link::Softmax(_) => format!("{zeros} probability exactly 0, which is an infinite loss. "),
            };
        } else if self.smallest_own.is_finite() && self.labels > 0 {
            text += &format!(
                "The worst-placed label has probability {}, a loss of {}; at exactly 0 it would be {}. ",
                short(self.smallest_own),
                short(-self.smallest_own.ln() + 0.0),
                match link {
                    Link::Sigmoid => "cut at 100",
                    Link::Softmax(_) => "infinite",
                }
            );
        }
        text
    }
}
