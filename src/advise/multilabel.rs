//! Any subset of L labels per row: `bce` with a weight per label, and `focal`.

use super::Advice;
use super::classes::{Classes, FEW_EXAMPLES, MAX_LISTED, MILD_IMBALANCE, VISIBLE_IMBALANCE, focal_alpha, focal_gamma};
use super::noise::{Agreement, NO_ESTIMATE};
use super::outputs::{Form, Link, Outputs};
use super::sample::{Axis, Data, MAX_CLASSES, View};
use super::text::{DIGITS, Spec, WEIGHT_DIGITS, percent, rounded, short};
use crate::error::{Error, Result, Status};

/// Label noise is looked for in this many labels; more would each get a smaller part of the reading.
const MAX_ESTIMATED: usize = 64;

pub(super) fn advise(data: &Data<'_>, advice: &mut Advice) -> Result<()> {
    data.require_equal_shapes("the multilabel task has one prediction for each label, of the same shape")?;
    data.require_float_predictions()?;
    if let Some(view) = data.target.or(data.prediction) {
        check_class_count(data, view.class_axis().classes)?;
    }
    let Some(target) = &data.target else {
        return without_target(data, advice);
    };
    let axis = target.class_axis();
    let mut positives = vec![0.0; axis.classes];
    let mut exclusive = true;
    for row in 0..axis.rows() {
        let mut ones = 0usize;
        for (label, count) in positives.iter_mut().enumerate() {
            if target.zero_or_one(axis.element(row, label))? {
                *count += 1.0;
                ones += 1;
            }
        }
        exclusive &= ones == 1;
    }
    let own =
        |index: usize, probability: f64| Some(if target.get(index) == 1.0 { probability } else { 1.0 - probability });
    let outputs = Outputs::read(data, Link::Sigmoid, Some(&own), advice)?;
    let noise = data.prediction.map(|prediction| estimate_noise(target, &prediction, axis, &outputs, advice));
    let case = Case {
        rows: axis.rows(),
        positives,
        exclusive: exclusive && axis.classes > 1,
        // With more dimensions the labels are not on the last axis, where pos_weight looks by default.
        axis: (target.shape().len() > 2).then_some(1),
        outputs,
        noise,
    };
    case.record(advice);
    case.recommend(advice);
    Ok(())
}

fn check_class_count(data: &Data<'_>, found: usize) -> Result<()> {
    if found > MAX_CLASSES {
        let message = format!("{found} labels are more than the {MAX_CLASSES} that the advisor counts");
        return Err(Error::new(Status::Unsupported, message));
    }
    match data.class_count {
        Some(count) if count != found => {
            let message =
                format!("class_count = {count}, but the tensors shown have {found} labels on their class axis");
            Err(Error::new(Status::InvalidArgument, message))
        }
        _ => Ok(()),
    }
}

fn without_target(data: &Data<'_>, advice: &mut Advice) -> Result<()> {
    let outputs = Outputs::read(data, Link::Sigmoid, None, advice)?;
    let why = data.without_target();
    let reason = format!(
        "{why}, so it cannot be known how rare each label is; plain bce treats every label as a question of its \
         own. Show targets to have a pos_weight computed for each label."
    );
    outputs.recommend_first(advice, &reason, &|form| form.from(Spec::new("bce")).text());
    let reason = format!(
        "{why}: worth trying if labels turn out rarer than about 1 in 100 each; show targets to have gamma and \
         alpha computed."
    );
    outputs.recommend_on_logits(advice, &reason, &|form| {
        form.from(Spec::new("focal")).with("gamma", 2).with("alpha", 0.25).text()
    });
    Ok(())
}

/// The mean noise of the labels that allow an estimate, and the sentence that says so.
fn estimate_noise(
    target: &View<'_>,
    prediction: &View<'_>,
    axis: Axis,
    outputs: &Outputs,
    advice: &mut Advice,
) -> String {
    let estimated = axis.classes.min(MAX_ESTIMATED);
    let (mut known, mut sum) = (0usize, 0.0);
    for label in 0..estimated {
        let agreement = Agreement::measure(
            axis.rows(),
            2,
            &|row| usize::from(target.get(axis.element(row, label)) == 1.0),
            &|row, probabilities| outputs.fill(prediction, Link::Sigmoid, axis.element(row, label), probabilities),
        );
        if let Some(noise) = agreement.noise_share() {
            known += 1;
            sum += noise;
        }
    }
    if known == 0 {
        return format!(
            " Label noise cannot be estimated from these {} rows: it takes 100, and predictions that beat the \
             commonest answer.",
            axis.rows()
        );
    }
    let share = sum / known as f64;
    advice.fact("label_noise", share);
    format!(
        " Predictions confidently contradict an estimated {} of the entries, measured on {known} of {} labels: \
         these are wrong labels or true doubt.",
        percent(share),
        axis.classes
    )
}

/// Counted labels, and what the predictions say about them.
struct Case {
    rows: usize,
    positives: Vec<f64>,
    exclusive: bool,
    axis: Option<usize>,
    outputs: Outputs,
    noise: Option<String>,
}

impl Case {
    fn labels(&self) -> usize {
        self.positives.len()
    }

    fn ones(&self) -> f64 {
        self.positives.iter().sum()
    }

    fn entries(&self) -> f64 {
        self.rows as f64 * self.labels() as f64
    }

    /// Negatives over positives for each label; 1 for a label that never, or always, applies.
    fn pos_weights(&self) -> Vec<f64> {
        let rows = self.rows as f64;
        let weigh = |ones: &f64| {
            let weight = (rows - ones) / ones;
            if *ones > 0.0 && *ones < rows { rounded(weight, WEIGHT_DIGITS) } else { 1.0 }
        };
        self.positives.iter().map(weigh).collect()
    }

    /// How unequal both answers of the most unequal label are.
    fn ratio(&self) -> f64 {
        self.pos_weights().iter().map(|weight| weight.max(1.0 / weight)).fold(1.0, f64::max)
    }

    /// Labels that all rows share, or none has.
    fn fixed(&self) -> usize {
        self.positives.iter().filter(|ones| **ones <= 0.0 || **ones >= self.rows as f64).count()
    }

    /// The rarest label that occurs.
    fn rarest(&self) -> (usize, f64) {
        Classes::new(self.positives.clone()).smallest()
    }

    fn record(&self, advice: &mut Advice) {
        advice.fact("sample_count", self.rows as f64);
        advice.fact("class_count", self.labels() as f64);
        for (label, ones) in self.positives.iter().take(MAX_LISTED).enumerate() {
            advice.fact(format!("class_{label}_count"), *ones);
        }
        advice.fact("positive_share", self.ones() / self.entries());
        advice.fact("labels_per_row", self.ones() / self.rows as f64);
        advice.fact("imbalance_ratio", self.ratio());
    }

    fn weighted(&self, form: Form, weights: &[f64]) -> String {
        let spec = form.from(Spec::new("bce"));
        let spec = if weights.len() <= MAX_LISTED {
            spec.with_list("pos_weight", weights)
        } else {
            spec.with("pos_weight", "@pos_weight")
        };
        spec.with_some(self.axis, |spec, axis| spec.with("axis", axis)).text()
    }

    fn recommend(&self, advice: &mut Advice) {
        let plain = |form: Form| form.from(Spec::new("bce")).text();
        let weights = self.pos_weights();
        let (least, most) = weights
            .iter()
            .fold((f64::INFINITY, 0.0f64), |(least, most), weight| (least.min(*weight), most.max(*weight)));
        let noise = self.noise.as_deref().unwrap_or(NO_ESTIMATE);
        let seen = self.seen();
        let ratio = self.ratio();
        if ratio < MILD_IMBALANCE {
            let reason = format!(
                "{seen} No label is more unequal than {} to 1, so plain bce, whose optimum is each label's \
                 calibrated probability, needs no weights.{noise}",
                short(ratio)
            );
            self.outputs.recommend_first(advice, &reason, &plain);
            if ratio >= VISIBLE_IMBALANCE {
                let reason = format!(
                    "Only if a miss and a false alarm cost the same for every label: pos_weight = \
                     negatives/positives runs from {} to {}.",
                    short(least),
                    short(most)
                );
                advice.recommend(self.weighted(self.outputs.form(), &weights), reason);
            }
        } else {
            let listing = if self.labels() > MAX_LISTED {
                format!(
                    " {} weights are too many for a spec: pass negatives/positives as the operand pos_weight.",
                    self.labels()
                )
            } else {
                String::new()
            };
            let reason = format!(
                "{seen} pos_weight = negatives/positives of each label, from {} to {}, lets a rare label pull as \
                 hard when it applies as when it does not.{listing}{noise}",
                short(least),
                short(most)
            );
            self.outputs.recommend_first(advice, &reason, &|form| self.weighted(form, &weights));
            self.focal(advice);
            let reason = format!(
                "The naive choice: answering 0 everywhere is already right for {} of all {} entries. Its \
                 probabilities are calibrated, though: keep it where you choose each label's threshold yourself.",
                percent(1.0 - self.ones() / self.entries()),
                self.entries()
            );
            advice.recommend(plain(self.outputs.form()), reason);
        }
        if self.exclusive {
            let reason = format!(
                "Each of the {} rows has exactly 1 of the {} labels: if they exclude each other by their nature, \
                 this is a multiclass task, and a softmax shares what it learns between them. It takes these \
                 targets as they are.",
                self.rows,
                self.labels()
            );
            self.outputs.recommend_on_logits(advice, &reason, &|form| form.from(Spec::new("cross_entropy")).text());
        }
    }

    fn seen(&self) -> String {
        let (rarest, ones) = self.rarest();
        let mut text = format!(
            "The {} rows shown have {} of {} labels each on average",
            self.rows,
            short(self.ones() / self.rows as f64),
            self.labels()
        );
        if ones > 0.0 {
            text +=
                &format!("; the rarest, label {rarest}, applies {ones} times ({})", percent(ones / self.rows as f64));
        }
        text += ".";
        if self.fixed() > 0 {
            text += &format!(" {} labels apply never or always and keep weight 1.", self.fixed());
        }
        if ones > 0.0 && ones < FEW_EXAMPLES {
            text += &format!(" Only {ones} examples of label {rarest}: its weight rests on little.");
        }
        text
    }

    fn focal(&self, advice: &mut Advice) {
        let (ones, zeros) = (self.ones(), self.entries() - self.ones());
        let ratio = (zeros / ones.max(1.0)).max(ones / zeros.max(1.0));
        let gamma = focal_gamma(ratio);
        let alpha = rounded(focal_alpha(zeros, ones), DIGITS);
        advice.fact("focal_gamma", gamma);
        advice.fact("focal_alpha", alpha);
        let reason = format!(
            "One setting for all labels, steadier than large weights: gamma={gamma} counts an entry answered with \
             90 % confidence at {} of its cross-entropy; alpha={alpha} weighs ones to zeros as sqrt({zeros}/{ones}) \
             = {}.",
            percent(0.1f64.powf(gamma)),
            short((zeros / ones.max(1.0)).sqrt())
        );
        self.outputs.recommend_on_logits(advice, &reason, &|form| {
            form.from(Spec::new("focal")).with("gamma", gamma).with("alpha", alpha).text()
        });
    }
}
