//! A class per pixel: which share of the pixels is foreground, and what `dice` or `tversky` adds to cross-entropy.
//!
//! Pixel losses see pixels, overlap losses see regions. Where the foreground is small, nearly all terms of a pixel loss
//! are background; an overlap loss gives each region the same weight whatever its size, but has a poor gradient where a
//! prediction misses a region entirely, and jumps where a region is empty. Their sum has neither weakness.

use super::Advice;
use super::classes::{Classes, MAX_LISTED, focal_alpha, focal_gamma};
use super::outputs::{Form, Link, Outputs};
use super::sample::{Axis, Data};
use super::text::{DIGITS, Spec, WEIGHT_DIGITS, count, percent, rounded, short};
use crate::error::Result;
use layout::{Layout, Masks};

mod layout;

/// A foreground is tiny below 1 pixel in 20: answering background everywhere is then 95 % accurate.
const TINY_SHARE: f64 = 0.05;

/// With many classes each share is small; tiny is below this part of an equal share.
const TINY_OF_EQUAL: f64 = 0.25;

/// From this share of empty regions on, sums are pooled over the batch.
const MANY_EMPTY: f64 = 0.2;

pub(super) fn advise(data: &Data<'_>, advice: &mut Advice) -> Result<()> {
    data.require_float_predictions()?;
    let Some(masks) = Masks::open(data)? else {
        return without_target(data, advice);
    };
    let regions = masks.count()?;
    let link = masks.link(data.prediction.as_ref());
    let own = |index: usize, probability: f64| masks.own_probability(index, probability);
    let outputs = Outputs::read(data, link, Some(&own), advice)?;
    let case = Case {
        layout: masks.layout.clone(),
        images: masks.images(),
        classes: Classes::new(regions.pixels),
        empty_masks: regions.empty_masks,
        empty_regions: regions.empty_regions,
        pixel_count: regions.pixel_count,
        outputs,
    };
    case.record(advice);
    case.recommend(advice);
    Ok(())
}

fn without_target(data: &Data<'_>, advice: &mut Advice) -> Result<()> {
    let channels = match (data.class_count, &data.prediction) {
        (Some(count), _) => count,
        (None, Some(prediction)) if prediction.shape().len() > 2 => prediction.class_axis().classes,
        _ => 1,
    };
    let (link, name) = match (&data.prediction, channels) {
        (_, 0 | 1) => (Link::Sigmoid, "bce"),
        (Some(prediction), _) => (Link::Softmax(prediction.class_axis()), "cross_entropy"),
        (None, _) => (Link::Softmax(Axis { outer: 0, classes: 0, inner: 0 }), "cross_entropy"),
    };
    let function = if name == "bce" { "sigmoid" } else { "softmax" };
    let pixel = |form: Form| form.from(Spec::new(name)).text();
    let region = |form: Form| form.activation(Spec::new("dice"), function).text();
    let outputs = Outputs::read(data, link, None, advice)?;
    let why = data.without_target();
    let reason = format!(
        "{why}, so it cannot be known how small the foreground is or how many masks are empty; this sum is safe for \
         both small and large ones, on masks [N, C, H, W]. Show targets to have foreground shares computed."
    );
    outputs.recommend_first(advice, &reason, &|form| format!("0.5*{} + 0.5*{}", pixel(form), region(form)));
    let reason =
        format!("{why}: the simpler choice if every class fills a good part of the image; show targets to know.");
    advice.recommend(pixel(outputs.form()), reason);
    Ok(())
}

/// Counted pixels and regions.
struct Case {
    layout: Layout,
    images: usize,
    /// Pixels of each class; for binary masks, of background and foreground.
    classes: Classes,
    empty_masks: usize,
    empty_regions: f64,
    pixel_count: f64,
    outputs: Outputs,
}

impl Case {
    fn foreground_share(&self) -> f64 {
        match self.layout {
            Layout::Channels { .. } => self.classes.total / (self.pixel_count * self.classes.counts.len() as f64),
            _ => 1.0 - self.classes.share(0),
        }
    }

    /// The rarest class that occurs and its share of the pixels; of binary masks, the foreground.
    fn smallest(&self) -> (usize, f64) {
        let (class, pixels) = self.classes.smallest();
        (class, pixels / self.pixel_count)
    }

    fn tiny(&self) -> bool {
        let equal = 1.0 / self.classes.counts.len().max(2) as f64;
        self.smallest().1 < TINY_SHARE.min(TINY_OF_EQUAL * equal)
    }

    fn has_foreground(&self) -> bool {
        self.foreground_share() > 0.0
    }

    /// Whether class 0 fills most of the image, so that its own region says little.
    fn background_dominates(&self) -> bool {
        matches!(self.layout, Layout::Labels { .. } | Layout::OneHot { .. }) && self.classes.share(0) > 0.5
    }

    fn record(&self, advice: &mut Advice) {
        advice.fact("sample_count", self.images as f64);
        self.classes.record(advice);
        advice.fact("foreground_share", self.foreground_share());
        advice.fact("smallest_class_share", self.smallest().1);
        advice.fact("empty_mask_count", self.empty_masks as f64);
        advice.fact("empty_region_share", self.empty_regions);
    }

    fn exclusive(&self) -> bool {
        matches!(self.layout, Layout::Labels { .. } | Layout::OneHot { .. })
    }

    /// The pixel loss: `cross_entropy` over exclusive classes, else `bce`.
    fn pixel(&self, form: Form) -> Spec {
        form.from(Spec::new(if self.exclusive() { "cross_entropy" } else { "bce" }))
    }

    /// An overlap loss with what this layout needs.
    fn overlap(&self, name: &'static str, form: Form) -> Spec {
        let function = if self.exclusive() { "softmax" } else { "sigmoid" };
        let mut spec = form.activation(Spec::new(name), function);
        if let Layout::Mask { rank, channel: false } = self.layout {
            let axes: Vec<String> = (1..rank).map(|axis| axis.to_string()).collect();
            spec = spec.with("axis", format_args!("[{}]", axes.join(", ")));
        }
        if self.background_dominates() {
            spec = spec.with("include_background", false);
        }
        if self.empty_regions >= MANY_EMPTY && self.images > 1 {
            spec = spec.with("batch", true);
        }
        spec
    }

    fn both(&self, form: Form) -> String {
        format!("0.5*{} + 0.5*{}", self.pixel(form).text(), self.overlap("dice", form).text())
    }

    fn recommend(&self, advice: &mut Advice) {
        let seen = self.seen();
        if !self.has_foreground() {
            let reason = format!(
                "{seen} No loss can learn a foreground from these; the pixel loss is given because an overlap with \
                 an empty mask has no useful gradient."
            );
            self.outputs.recommend_first(advice, &reason, &|form| self.pixel(form).text());
        } else if self.tiny() {
            self.tiny_foreground(advice, &seen);
        } else {
            self.ample_foreground(advice, &seen);
        }
    }

    /// Images, shares and empty masks in words.
    fn seen(&self) -> String {
        let (class, share) = self.smallest();
        let mut text = format!(
            "{} In {} images of {} pixels, foreground fills {} of the {}",
            self.layout.sentence(),
            self.images,
            count(self.pixel_count / self.images.max(1) as f64),
            percent(self.foreground_share()),
            if matches!(self.layout, Layout::Channels { .. }) { "mask entries" } else { "pixels" }
        );
        if self.classes.counts.len() > 2 && self.classes.total > 0.0 {
            text +=
                &format!("; the rarest of {} classes, class {class}, {}", self.classes.counts.len(), percent(share));
        }
        text + &format!("; {} of the masks are empty.", self.empty_masks)
    }

    /// Why the overlap loss has the options that it has.
    fn options_sentence(&self) -> String {
        let mut text = String::new();
        if self.background_dominates() {
            text += &format!(
                " include_background=false, because class 0 holds {} of the pixels and its overlap is always good.",
                percent(self.classes.share(0))
            );
        }
        if self.empty_regions >= MANY_EMPTY && self.images > 1 {
            text += &format!(
                " batch=true pools regions over the batch, because {} of the single ones are empty, where any false \
                 pixel costs a whole region.",
                percent(self.empty_regions)
            );
        }
        text
    }

    fn tiny_foreground(&self, advice: &mut Advice, seen: &str) {
        let (class, share) = self.smallest();
        let options = self.options_sentence();
        let reason = format!(
            "{seen} Class {class}, at {}, would hardly be heard among the pixels; dice counts it by region, and the \
             pixel loss keeps a gradient where a region is missed entirely.{options}",
            percent(share)
        );
        self.outputs.recommend_first(advice, &reason, &|form| self.both(form));

        let form = self.outputs.form();
        let reason = format!(
            "When missing a region costs more than a false alarm: beta=0.7 on misses over alpha=0.3 (Salehi et al. \
             2017) counters the pull towards background at a share of {}.{options}",
            percent(share)
        );
        advice.recommend(self.overlap("tversky", form).with("alpha", 0.3).with("beta", 0.7).text(), reason);
        self.weighted(advice);

        let reason = format!(
            "The naive choice: with {} foreground, background everywhere is a low loss already, and {} of the terms \
             say so.",
            percent(self.foreground_share()),
            percent(1.0 - self.foreground_share())
        );
        advice.recommend(self.pixel(form).text(), reason);
    }

    /// The pixel loss with weights, or for separate masks `focal`.
    fn weighted(&self, advice: &mut Advice) {
        let form = self.outputs.form();
        match self.layout {
            Layout::Labels { .. } | Layout::OneHot { .. } if self.classes.counts.len() <= MAX_LISTED => {
                let reason = format!(
                    "Pixels only, with balanced weights n/(C n_c) for a ratio of {} to 1: keeps a loss per pixel, \
                     but counts large regions more than small ones of the same class.{}",
                    short(self.classes.ratio()),
                    self.classes.empty_sentence()
                );
                let spec = self.pixel(form).with_list("class_weight", &self.classes.balanced());
                advice.recommend(spec.text(), reason);
            }
            Layout::Mask { .. } => {
                let [negatives, positives] = [0, 1].map(|class| self.classes.counts.get(class).copied().unwrap_or(1.0));
                let weight = rounded(negatives / positives.max(1.0), WEIGHT_DIGITS).max(1e-6);
                advice.fact("pos_weight", weight);
                let reason = format!(
                    "Pixels only: pos_weight = {}/{} makes foreground and background weigh the same, but large \
                     regions count more than small ones.",
                    count(negatives),
                    count(positives)
                );
                advice.recommend(self.pixel(form).with_number("pos_weight", weight, WEIGHT_DIGITS).text(), reason);
            }
            Layout::Channels { .. } => {
                let ones = self.classes.total;
                let zeros = self.pixel_count * self.classes.counts.len() as f64 - ones;
                let gamma = focal_gamma(zeros / ones.max(1.0));
                let alpha = rounded(focal_alpha(zeros, ones), DIGITS);
                advice.fact("focal_gamma", gamma);
                advice.fact("focal_alpha", alpha);
                let reason = format!(
                    "Pixels only: gamma={gamma} and alpha={alpha} follow from {} zeros against {} ones, and quieten \
                     the easy background.",
                    count(zeros),
                    count(ones)
                );
                self.outputs.recommend_on_logits(advice, &reason, &|form| {
                    form.from(Spec::new("focal")).with("gamma", gamma).with("alpha", alpha).text()
                });
            }
            _ => {}
        }
    }

    fn ample_foreground(&self, advice: &mut Advice, seen: &str) {
        let options = self.options_sentence();
        let (class, share) = self.smallest();
        let reason = format!(
            "{seen} Even the rarest, class {class}, has {} of the pixels, enough to be heard in a loss per pixel, \
             which has the smoothest gradient and calibrated probabilities.",
            percent(share)
        );
        self.outputs.recommend_first(advice, &reason, &|form| self.pixel(form).text());
        let form = self.outputs.form();
        let reason = format!(
            "When the score that counts is an overlap: adds the region loss to the pixel loss; {} foreground does \
             not need it.{options}",
            percent(self.foreground_share())
        );
        advice.recommend(self.both(form), reason);
        let reason = format!(
            "The overlap alone: its gradient is weak where one of the {} regions is missed entirely, and its \
             probabilities are not calibrated.{options}",
            self.images * self.classes.counts.len().saturating_sub(1).max(1)
        );
        advice.recommend(self.overlap("dice", form).text(), reason);
    }
}
