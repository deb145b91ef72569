//! Class counts, and the weights that follow from them.
//!
//! All weights average 1 over the labels they were computed from, so that a learning rate found without weights
//! still fits under `reduction=mean`. A class without an example has no frequency to invert: it gets weight 1.

use super::Advice;
use super::text::{count, percent, short};

/// Up to this ratio of largest to smallest class the unweighted loss comes first: 80 : 20 is where a constant answer
/// begins to look like a good model, and weights would buy little for the calibration that they cost.
pub(super) const MILD_IMBALANCE: f64 = 4.0;

/// Below this ratio weights would differ too little to be worth a mention.
pub(super) const VISIBLE_IMBALANCE: f64 = 1.5;

/// From this ratio on (1 : 99) easy examples of the large class outweigh the rare one even when each is answered with
/// 90 % confidence, whose cross-entropy is 5 % of that of a miss; focusing is then worth its extra parameter.
pub(super) const EXTREME_IMBALANCE: f64 = 99.0;

/// With fewer examples than this of a class, its frequency itself is uncertain by a third or more (1/sqrt(10)).
pub(super) const FEW_EXAMPLES: f64 = 10.0;

/// Longer lists of weights than this are left to an operand.
pub(super) const MAX_LISTED: usize = 1000;

/// Soft targets give a class mass instead of a count; less than this is none.
const NO_MASS: f64 = 1e-3;

/// How many examples each class has.
pub(super) struct Classes {
    pub counts: Vec<f64>,
    pub total: f64,
}

impl Classes {
    pub fn new(counts: Vec<f64>) -> Classes {
        let total = counts.iter().sum();
        Classes { counts, total }
    }

    fn present(&self) -> impl Iterator<Item = (usize, f64)> {
        self.counts.iter().copied().enumerate().filter(|(_, count)| *count >= NO_MASS)
    }

    pub fn present_count(&self) -> usize {
        self.present().count()
    }

    pub fn empty_count(&self) -> usize {
        self.counts.len() - self.present_count()
    }

    /// The first of the largest classes; class 0 of nothing.
    pub fn largest(&self) -> (usize, f64) {
        self.present().reduce(|best, next| if next.1 > best.1 { next } else { best }).unwrap_or_default()
    }

    /// The first of the smallest classes that have an example.
    pub fn smallest(&self) -> (usize, f64) {
        self.present().reduce(|best, next| if next.1 < best.1 { next } else { best }).unwrap_or_default()
    }

    /// Largest over smallest; 1 when there is nothing to compare.
    pub fn ratio(&self) -> f64 {
        let (largest, smallest) = (self.largest().1, self.smallest().1);
        if smallest > 0.0 { largest / smallest } else { 1.0 }
    }

    pub fn share(&self, class: usize) -> f64 {
        let count = self.counts.get(class).copied().unwrap_or(0.0);
        if self.total > 0.0 { count / self.total } else { 0.0 }
    }

    /// n / (C · n_c), the weights under which every class counts the same (King and Zeng 2001).
    pub fn balanced(&self) -> Vec<f64> {
        self.normalised(|count| 1.0 / count)
    }

    /// 1 / sqrt(n_c): half of the imbalance, on a logarithmic scale, is left to the focusing factor.
    pub fn tempered(&self) -> Vec<f64> {
        self.normalised(|count| 1.0 / count.sqrt())
    }

    /// (1−β) / (1−β^n_c), which stops growing where further examples repeat what is known (Cui et al. 2019).
    pub fn effective(&self) -> Vec<f64> {
        let log_beta = (-1.0 / self.total.max(1.0)).ln_1p();
        self.normalised(|count| -1.0 / (count * log_beta).exp_m1())
    }

    /// β = (n−1)/n, Cui et al.'s choice with the labels shown as the prototypes.
    pub fn effective_beta(&self) -> f64 {
        1.0 - 1.0 / self.total.max(1.0)
    }

    /// Weights by a rule, scaled to average 1 over the labels.
    fn normalised(&self, rule: impl Fn(f64) -> f64) -> Vec<f64> {
        let (weight_sum, mass) =
            self.present().fold((0.0, 0.0), |(sum, mass), (_, count)| (sum + count * rule(count), mass + count));
        let weigh = |count: &f64| if *count >= NO_MASS { rule(*count) * mass / weight_sum } else { 1.0 };
        self.counts.iter().map(weigh).collect()
    }

    /// Names the extremes: "class 0 has 1000 of 1001 labels (99.9 %) and class 1 only 1".
    pub fn sentence(&self, unit: &str) -> String {
        let (largest, most) = self.largest();
        let (smallest, least) = self.smallest();
        let mut text = if self.present_count() < 2 {
            format!("all {} {unit} belong to class {largest}", count(most))
        } else if most == least {
            format!("each of {} classes has {} of {} {unit}", self.present_count(), count(most), count(self.total))
        } else {
            format!(
                "class {largest} has {} of {} {unit} ({}) and class {smallest} has {} ({}), a ratio of {} to 1",
                count(most),
                count(self.total),
                percent(self.share(largest)),
                count(least),
                percent(self.share(smallest)),
                short(self.ratio()),
            )
        };
        if self.empty_count() > 0 {
            text += &format!(", and {} of {} classes have none at all", self.empty_count(), self.counts.len());
        }
        text
    }

    /// What a weight list does about classes without examples; nothing to say when there are none.
    pub fn empty_sentence(&self) -> &'static str {
        if self.empty_count() > 0 { " Classes without an example keep weight 1." } else { "" }
    }

    /// A warning where the rarest class is too small for any loss to help much.
    pub fn few_sentence(&self) -> String {
        let (class, least) = self.smallest();
        if self.present_count() > 1 && least < FEW_EXAMPLES {
            format!(
                " Class {class} has only {} labels, so its weight rests on little: more of them would help more \
                 than any loss.",
                count(least)
            )
        } else {
            String::new()
        }
    }

    pub fn record(&self, advice: &mut Advice) {
        advice.fact("class_count", self.counts.len() as f64);
        for (class, count) in self.counts.iter().take(MAX_LISTED).enumerate() {
            advice.fact(format!("class_{class}_count"), *count);
        }
        if self.empty_count() > 0 {
            advice.fact("empty_class_count", self.empty_count() as f64);
        }
        advice.fact("imbalance_ratio", self.ratio());
    }
}

/// γ = log10(ratio), between 1 and 2 in halves: an example answered with 90 % confidence is then counted at
/// 0.1^γ = 1/ratio, so that the crowd of easy ones weighs no more than the rare class. Beyond 2, the value of
/// Lin et al. 2017, hard examples of the rare class lose too.
pub(super) fn focal_gamma(ratio: f64) -> f64 {
    ((2.0 * ratio.max(1.0).log10()).round() / 2.0).clamp(1.0, 2.0)
}

/// α with α/(1−α) = sqrt(negatives/positives): the binary form of [`Classes::tempered`].
pub(super) fn focal_alpha(negatives: f64, positives: f64) -> f64 {
    let (negatives, positives) = (negatives.max(1.0).sqrt(), positives.max(1.0).sqrt());
    negatives / (negatives + positives)
}
