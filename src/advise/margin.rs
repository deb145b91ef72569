//! Max-margin: the hinge family, and the weight decay that belongs to it.
//!
//! A support vector machine minimises ½|w|² + C·Σ max(0, 1 − y·x). Divided by C·n this is the mean hinge plus
//! |w|²/(2·C·n): with C = 1 the factor of `l2`, which is the plain sum of squares, is 1/(2n).

use super::Advice;
use super::Output;
use super::classes::{Classes, MILD_IMBALANCE};
use super::multiclass::Labels;
use super::sample::{Data, View};
use super::text::{Spec, number, percent, rounded, short};
use crate::error::{Result, Status};

/// The factor of l2 for a sample that was not shown: that of 5000 examples.
const USUAL_DECAY: f64 = 1e-4;

pub(super) fn advise(data: &Data<'_>, advice: &mut Advice) -> Result<()> {
    data.require_float_predictions()?;
    let bounded = check_predictions(data)?;
    let Some(target) = &data.target else {
        without_target(data, bounded, advice);
        return Ok(());
    };
    if is_multiclass(data, target)? {
        let Some(labels) = Labels::open(data)? else {
            return Ok(());
        };
        let classes = labels.classes()?;
        advice.fact("sample_count", labels.rows as f64);
        classes.record(advice);
        let violations = data.prediction.map(|prediction| multiclass_violations(&labels, &prediction));
        let case = Case { classes, rows: labels.rows, signed: None, violations, bounded };
        case.recommend(advice);
        return Ok(());
    }
    data.require_equal_shapes("a hinge of two classes has one score for each label, of the same shape")?;
    let (classes, signed) = count_two(target)?;
    advice.fact("sample_count", target.count as f64);
    classes.record(advice);
    let violations = data.prediction.map(|prediction| {
        let inside = |index: &usize| {
            let sign = if target.get(*index) == 1.0 { 1.0 } else { -1.0 };
            sign * prediction.get(*index) < 1.0
        };
        (0..target.count).filter(inside).count()
    });
    Case { classes, rows: target.count, signed: Some(signed), violations, bounded }.recommend(advice);
    Ok(())
}

/// Checks all predictions; whether they are, or are said to be, probabilities, which have no margin.
fn check_predictions(data: &Data<'_>) -> Result<Option<String>> {
    let announced = data.output == Output::Probabilities;
    let Some(prediction) = &data.prediction else {
        let unknown = "The model is said to emit probabilities, which were not shown. ";
        return Ok(announced.then(|| unknown.to_string()));
    };
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for index in 0..prediction.count {
        let value = prediction.finite(index)?;
        if announced && !(0.0..=1.0).contains(&value) {
            let wrong = "is outside [0, 1], where probabilities lie";
            return Err(prediction.refuse(Status::InvalidArgument, index, value, wrong));
        }
        low = low.min(value);
        high = high.max(value);
    }
    let bounded = announced || (low >= 0.0 && high <= 1.0 && low < high);
    Ok(bounded.then(|| {
        format!("All {} predictions lie in [0, 1], from {} to {}. ", prediction.count, short(low), short(high))
    }))
}

/// Classes on an axis of their own, or more than two labels.
fn is_multiclass(data: &Data<'_>, target: &View<'_>) -> Result<bool> {
    if data.class_count.is_some_and(|count| count > 2) {
        return Ok(true);
    }
    if let Some(prediction) = &data.prediction {
        let classes = prediction.class_axis().classes;
        if target.shape() != prediction.shape() {
            return Ok(target.shape() == prediction.shape_without_classes() && classes > 1);
        }
        return Ok(target.shape().len() > 1 && classes > 1 && target.rows_are_distributions());
    }
    if target.shape().len() > 1 && target.class_axis().classes > 1 && target.rows_are_distributions() {
        return Ok(true);
    }
    // A label above 1 says so; what else it may not be is checked when counting.
    Ok(data.class_count.is_none() && (0..target.count).any(|index| target.get(index) >= 2.0))
}

/// Counts labels -1 and 1, or 0 and 1; whether they are signed.
fn count_two(target: &View<'_>) -> Result<(Classes, bool)> {
    let mut negative_label = None;
    let mut positives = 0usize;
    for index in 0..target.count {
        let value = target.finite(index)?;
        if value == 1.0 {
            positives += 1;
        } else if value == 0.0 || value == -1.0 {
            let known = *negative_label.get_or_insert(value);
            if known != value {
                let wrong = format!("comes after labels {}: use -1 and 1, or 0 and 1", number(known, 1));
                return Err(target.refuse(Status::InvalidTarget, index, value, &wrong));
            }
        } else {
            let wrong = "is no label of two classes: -1 and 1, or 0 and 1, are expected";
            return Err(target.refuse(Status::InvalidTarget, index, value, wrong));
        }
    }
    let classes = Classes::new(vec![(target.count - positives) as f64, positives as f64]);
    Ok((classes, negative_label != Some(0.0)))
}

/// Rows whose own score does not lead every other one by 1.
fn multiclass_violations(labels: &Labels<'_>, prediction: &View<'_>) -> usize {
    let axis = prediction.class_axis();
    let violates = |row: &usize| {
        let label = labels.label(*row);
        let own = if label < axis.classes { prediction.get(axis.element(*row, label)) } else { f64::NEG_INFINITY };
        (0..axis.classes).any(|class| class != label && prediction.get(axis.element(*row, class)) + 1.0 > own)
    };
    (0..axis.rows()).filter(violates).count()
}

fn without_target(data: &Data<'_>, bounded: Option<String>, advice: &mut Advice) {
    let why = data.without_target();
    let several = data.class_count.is_some_and(|count| count > 2);
    let (first, second) = if several { ("multiclass_hinge", "categorical_hinge") } else { ("hinge", "squared_hinge") };
    let bounded = bounded.map(|seen| seen + "A margin of 1 needs scores without bounds. ").unwrap_or_default();
    let decay = format!("{}*l2(input=@weights)", number(USUAL_DECAY, 1));
    let reason = format!(
        "{bounded}{why}, so neither the label convention nor the number of examples is known: labels -1 and 1 (or \
         whole numbers for several classes) are assumed, and the l2 factor 1e-4 is 1/(2n) for n = 5000. Show \
         targets to have both fitted."
    );
    advice.recommend(format!("{first} + {decay}"), reason);
    let reason = format!(
        "{why}: an alternative of the same use, {}; show targets to have labels and l2 factor fitted.",
        if several {
            "which compares with 0 when all wrong scores are negative, as Keras does"
        } else {
            "smooth at the margin"
        }
    );
    advice.recommend(format!("{second} + {decay}"), reason);
}

/// Counted labels, and the margins that scores leave.
struct Case {
    classes: Classes,
    rows: usize,
    /// Whether two-class labels are -1 and 1; `None` for several classes.
    signed: Option<bool>,
    violations: Option<usize>,
    /// Set where the predictions are probabilities: the sentence that says so.
    bounded: Option<String>,
}

impl Case {
    fn loss(&self, name: &'static str, decay: f64) -> String {
        let spec = match self.signed {
            Some(false) => Spec::new(name).with("labels", "binary"),
            _ => Spec::new(name),
        };
        format!("{} + {}*l2(input=@weights)", spec.text(), number(decay, 2))
    }

    /// Counts by the labels' own names.
    fn labels_sentence(&self) -> String {
        match (self.signed, self.classes.counts.as_slice()) {
            (Some(true), [negatives, positives]) => {
                format!(
                    "{positives} labels are 1 and {negatives} are -1, a ratio of {} to 1",
                    short(self.classes.ratio())
                )
            }
            _ => self.classes.sentence("labels"),
        }
    }

    fn recommend(&self, advice: &mut Advice) {
        let decay = rounded(0.5 / self.rows.max(1) as f64, 2);
        advice.fact("l2_coefficient", decay);
        if let Some(violations) = self.violations {
            advice.fact("margin_violation_share", violations as f64 / self.rows.max(1) as f64);
        }
        let several = self.signed.is_none();
        let mut reason = String::new();
        if let Some(seen) = &self.bounded {
            reason +=
                &format!("{seen}A margin of 1 needs scores without bounds: remove the model's last activation first. ");
        }
        reason += &format!(
            "In the data shown {}. The l2 factor is 1/(2n) = {} for n = {}, which is a support vector machine with \
             C = 1.",
            self.labels_sentence(),
            number(decay, 2),
            self.rows
        );
        if let Some(violations) = self.violations {
            reason += &format!(
                " {violations} of {} scores ({}) are inside the margin or wrong; only these have a gradient.",
                self.rows,
                percent(violations as f64 / self.rows.max(1) as f64)
            );
        }
        reason += &self.imbalance_sentence();
        let (first, second) =
            if several { ("multiclass_hinge", "categorical_hinge") } else { ("hinge", "squared_hinge") };
        advice.recommend(self.loss(first, decay), reason);

        let reason = if several {
            format!(
                "Keras's variant for {} classes: the same where a wrong score is above 0, but where all are below, \
                 the margin is measured from 0 instead of from the best wrong class.",
                self.classes.counts.len()
            )
        } else {
            format!(
                "Smooth at the margin and with a Hessian, which suits second-order optimisers; but a score that \
                 misses by 10 costs 100, so a few mislabelled of the {} examples can decide the plane.",
                self.rows
            )
        };
        advice.recommend(self.loss(second, decay), reason);
        let reason = format!(
            "Without the l2 term the scale of the weights is free: the {} examples, once separated, have loss 0 at \
             any larger scale, and the margin means nothing.",
            self.rows
        );
        let bare = match self.signed {
            Some(false) => Spec::new("hinge").with("labels", "binary"),
            Some(true) => Spec::new("hinge"),
            None => Spec::new("multiclass_hinge"),
        };
        advice.recommend(bare.text(), reason);
        if let (Some(seen), Some(false)) = (&self.bounded, self.signed) {
            let reason = format!(
                "{seen}Fits the {} labels with those as they are, without a margin: likelihood instead of hinge.",
                self.rows
            );
            advice.recommend("bce(from=probs)", reason);
        }
    }

    /// The weights to pass, and what one class or an ambiguous label means.
    fn imbalance_sentence(&self) -> String {
        let mut text = String::new();
        if self.classes.present_count() < 2 {
            text += " With 1 class there is no margin to learn.";
            if self.signed == Some(true) && self.classes.counts.first() == Some(&0.0) {
                text += " All labels are 1, so whether negatives will be -1 or 0 is unknown; -1 is assumed.";
            }
        } else if self.classes.ratio() >= MILD_IMBALANCE {
            let weights = self.classes.balanced();
            let (largest, smallest) = (self.classes.largest().0, self.classes.smallest().0);
            let name = |class: usize| match (self.signed, class) {
                (Some(true), 0) => "-1".to_string(),
                _ => class.to_string(),
            };
            let weight = |class: usize| short(weights.get(class).copied().unwrap_or(1.0));
            text += &format!(
                " To make all classes count the same, pass sample_weight n/(C n_c): {} for label {}, {} for label {}.",
                weight(smallest),
                name(smallest),
                weight(largest),
                name(largest)
            );
        }
        text
    }
}
