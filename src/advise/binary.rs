//! Two classes: `bce`, its `pos_weight`, and `focal`.

use super::Advice;
use super::classes::{Classes, EXTREME_IMBALANCE, MILD_IMBALANCE, VISIBLE_IMBALANCE, focal_alpha, focal_gamma};
use super::noise::{Agreement, NO_ESTIMATE};
use super::outputs::{Form, Link, Outputs};
use super::sample::Data;
use super::text::{DIGITS, Spec, WEIGHT_DIGITS, percent, rounded, short};
use crate::error::{Error, Result, Status};

pub(super) fn advise(data: &Data<'_>, advice: &mut Advice) -> Result<()> {
    if let Some(count) = data.class_count.filter(|count| *count > 2) {
        return Err(Error::new(
            Status::InvalidArgument,
            format!("class_count = {count}, but the binary task has 2 classes; more belong to the multiclass task"),
        ));
    }
    data.require_equal_shapes("the binary task has one prediction for each label, of the same shape")?;
    data.require_float_predictions()?;
    let Some(target) = &data.target else {
        return without_target(data, advice);
    };
    let mut positives = 0usize;
    for index in 0..target.count {
        positives += usize::from(target.zero_or_one(index)?);
    }
    let classes = Classes::new(vec![(target.count - positives) as f64, positives as f64]);
    let own =
        |index: usize, probability: f64| Some(if target.get(index) == 1.0 { probability } else { 1.0 - probability });
    advice.fact("sample_count", target.count as f64);
    classes.record(advice);
    advice.fact("positive_share", classes.share(1));
    let outputs = Outputs::read(data, Link::Sigmoid, Some(&own), advice)?;
    let agreement = data.prediction.map(|prediction| {
        Agreement::measure(target.count, 2, &|row| usize::from(target.get(row) == 1.0), &|row, probabilities| {
            outputs.fill(&prediction, Link::Sigmoid, row, probabilities)
        })
    });
    if let Some(agreement) = &agreement {
        agreement.record(advice);
    }
    let case = Case { classes, outputs, agreement };
    if case.classes.present_count() < 2 {
        case.one_class(advice);
    } else if case.classes.ratio() < MILD_IMBALANCE {
        case.balanced(advice);
    } else {
        case.imbalanced(advice);
    }
    Ok(())
}

fn without_target(data: &Data<'_>, advice: &mut Advice) -> Result<()> {
    let outputs = Outputs::read(data, Link::Sigmoid, None, advice)?;
    let why = data.without_target();
    let reason = format!(
        "{why}, so the share of positives and the quality of the labels cannot be known; plain bce is right when \
         neither class is rare. Show targets to get pos_weight and the focal parameters computed."
    );
    outputs.recommend_first(advice, &reason, &|form| form.from(Spec::new("bce")).text());
    let reason = format!(
        "{why}: worth trying only if positives turn out rarer than about 1 in 100, the case for which alpha=0.25 \
         and gamma=2 were found (Lin et al. 2017)."
    );
    outputs.recommend_on_logits(advice, &reason, &|form| {
        form.from(Spec::new("focal")).with("gamma", 2).with("alpha", 0.25).text()
    });
    Ok(())
}

/// Labels of both kinds, and what the predictions say about them.
struct Case {
    classes: Classes,
    outputs: Outputs,
    agreement: Option<Agreement>,
}

impl Case {
    fn smoothing(&self) -> Option<f64> {
        self.agreement.as_ref()?.smoothing(self.classes.share(self.classes.smallest().0))
    }

    fn noise_sentence(&self) -> String {
        self.agreement.as_ref().map_or(NO_ESTIMATE.to_string(), |found| found.sentence(self.smoothing()))
    }

    /// `bce`, smoothed where the labels ask for it.
    fn bce(&self, form: Form, pos_weight: Option<f64>) -> String {
        form.from(Spec::new("bce"))
            .with_some(pos_weight, |spec, weight| spec.with_number("pos_weight", weight, WEIGHT_DIGITS))
            .with_some(self.smoothing(), |spec, smoothing| spec.with("label_smoothing", smoothing))
            .text()
    }

    fn pos_weight(&self) -> f64 {
        let [negatives, positives] = [0, 1].map(|class| self.classes.counts.get(class).copied().unwrap_or(1.0));
        rounded(negatives / positives.max(1.0), WEIGHT_DIGITS)
    }

    fn one_class(&self, advice: &mut Advice) {
        let reason = format!(
            "In the data shown {}: no loss can learn a difference from them. Plain bce is given for when the other \
             class appears; pos_weight cannot be computed without it.",
            self.classes.sentence("labels")
        );
        self.outputs.recommend_first(advice, &reason, &|form| self.bce(form, None));
    }

    fn balanced(&self, advice: &mut Advice) {
        let weight = self.pos_weight();
        advice.fact("pos_weight", weight);
        let sentence = self.classes.sentence("labels");
        let reason = format!(
            "In the data shown {sentence}. That is within {MILD_IMBALANCE} to 1, so the plain loss, whose optimum \
             is the calibrated probability, needs no weights.{}",
            self.noise_sentence()
        );
        self.outputs.recommend_first(advice, &reason, &|form| self.bce(form, None));
        if self.classes.ratio() >= VISIBLE_IMBALANCE {
            let reason = format!(
                "Makes both classes count the same, {} positives against {} negatives. It moves every predicted \
                 log-odds by {}, so its outputs are no calibrated probabilities; only worth it when both kinds of \
                 error cost the same.",
                self.classes.counts.get(1).copied().unwrap_or(0.0),
                self.classes.counts.first().copied().unwrap_or(0.0),
                short(weight.ln())
            );
            advice.recommend(self.bce(self.outputs.form(), Some(weight)), reason);
        }
        if self.agreement.is_none() {
            let reason = format!(
                "If some of the {} labels may be wrong: without predictions their noise cannot be estimated, so \
                 0.05 is a cautious guess (targets 0.025 and 0.975). Show held-out predictions to have it computed.",
                self.classes.total
            );
            let spec = self.outputs.form().from(Spec::new("bce")).with("label_smoothing", 0.05).text();
            advice.recommend(spec, reason);
        }
    }

    fn imbalanced(&self, advice: &mut Advice) {
        let weight = self.pos_weight();
        let sentence = self.classes.sentence("labels");
        let rare = if self.classes.smallest().0 == 1 { "positive" } else { "negative" };
        let [negatives, positives] = [0, 1].map(|class| self.classes.counts.get(class).copied().unwrap_or(1.0));
        let ratio = self.classes.ratio();
        let gamma = focal_gamma(ratio);
        let alpha = rounded(focal_alpha(negatives, positives), DIGITS);
        advice.fact("pos_weight", weight);
        advice.fact("focal_gamma", gamma);
        advice.fact("focal_alpha", alpha);

        let reason = format!(
            "In the data shown {sentence}. pos_weight = {negatives}/{positives} makes both classes weigh the same \
             in the gradient. Subtract ln({}) = {} from a logit to have the calibrated log-odds back.{}{}",
            short(weight),
            short(weight.ln()),
            self.classes.few_sentence(),
            self.noise_sentence()
        );
        self.outputs.recommend_first(advice, &reason, &|form| self.bce(form, Some(weight)));

        let crowd = if ratio >= EXTREME_IMBALANCE {
            format!("Steadier than a weight of {} where few batches hold a {rare} at all", short(ratio))
        } else {
            format!("An alternative when many of the {} examples of the large class are easy", self.classes.largest().1)
        };
        let reason = format!(
            "{crowd}: gamma={gamma}, from the ratio of {} to 1, counts an example that is answered with 90 % \
             confidence at {} of its cross-entropy; alpha={alpha} weighs positives to negatives as \
             sqrt({negatives}/{positives}) = {}, the rest being left to gamma.",
            short(ratio),
            percent(0.1f64.powf(gamma)),
            short((negatives / positives).sqrt()),
        );
        self.outputs.recommend_on_logits(advice, &reason, &|form| {
            form.from(Spec::new("focal")).with("gamma", gamma).with("alpha", alpha).text()
        });

        let reason = format!(
            "The naive choice: always answering class {} is already right for {} of these labels, and the {rare}s \
             make up only {} of the terms, so the model learns them late. Its probabilities are calibrated, though: \
             keep it where you choose the threshold yourself.",
            self.classes.largest().0,
            percent(self.classes.share(self.classes.largest().0)),
            percent(self.classes.share(self.classes.smallest().0)),
        );
        advice.recommend(self.outputs.form().from(Spec::new("bce")).text(), reason);
    }
}
