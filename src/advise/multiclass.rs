//! One of C classes per row: `cross_entropy` with its weights, and `categorical_focal`.

use super::Advice;
use super::classes::{Classes, MAX_LISTED, MILD_IMBALANCE, VISIBLE_IMBALANCE, focal_gamma};
use super::noise::{Agreement, NO_ESTIMATE};
use super::outputs::{Form, Link, Outputs};
use super::sample::{Axis, Data, MAX_CLASSES, View, shapes_differ};
use super::text::{Spec, count, percent, short};
use crate::error::{Error, Result, Status};

pub(super) fn advise(data: &Data<'_>, advice: &mut Advice) -> Result<()> {
    data.require_float_predictions()?;
    let link = data.prediction.map(|prediction| Link::Softmax(prediction.class_axis()));
    // Without predictions the link only names its function.
    let link = link.unwrap_or(Link::Softmax(Axis { outer: 0, classes: 0, inner: 0 }));
    let Some(labels) = Labels::open(data)? else {
        return without_target(data, link, advice);
    };
    let classes = labels.classes()?;
    advice.fact("sample_count", labels.rows as f64);
    classes.record(advice);
    let own = |index: usize, probability: f64| (labels.share_of(index) > 0.0).then_some(probability);
    let outputs = Outputs::read(data, link, Some(&own), advice)?;
    let agreement = data.prediction.map(|prediction| {
        Agreement::measure(labels.rows, labels.count, &|row| labels.label(row), &|row, probabilities| {
            outputs.fill(&prediction, link, row, probabilities)
        })
    });
    if let Some(agreement) = &agreement {
        agreement.record(advice);
    }
    Case { classes, outputs, agreement }.recommend(advice);
    Ok(())
}

fn without_target(data: &Data<'_>, link: Link, advice: &mut Advice) -> Result<()> {
    let outputs = Outputs::read(data, link, None, advice)?;
    let why = data.without_target();
    let reason = format!(
        "{why}, so class counts, imbalance and label noise cannot be known; plain cross-entropy is right when no \
         class is rare. Show targets to have class weights computed, and predictions with them to estimate label \
         noise."
    );
    outputs.recommend_first(advice, &reason, &|form| form.from(Spec::new("cross_entropy")).text());
    let reason = format!(
        "{why}: if some labels may be wrong, 0.1 is the value that Szegedy et al. 2016 chose for ImageNet; show \
         targets and predictions to have it computed."
    );
    let spec = outputs.form().from(Spec::new("cross_entropy")).with("label_smoothing", 0.1).text();
    advice.recommend(spec, reason);
    Ok(())
}

/// A target of labels, or of one row of class shares per label.
pub(super) struct Labels<'a> {
    target: View<'a>,
    /// Set for dense targets: where the classes of a row are.
    dense: Option<Axis>,
    pub rows: usize,
    /// The number of classes.
    pub count: usize,
}

impl<'a> Labels<'a> {
    /// Decides between labels and dense targets by the shapes, and without predictions by what the rows hold.
    ///
    /// Returns `None` without a target.
    pub fn open(data: &Data<'a>) -> Result<Option<Labels<'a>>> {
        if let (Some(count), Some(prediction)) = (data.class_count, &data.prediction)
            && prediction.class_axis().classes != count
        {
            let found = prediction.class_axis().classes;
            let message =
                format!("class_count = {count}, but the predictions have {found} classes on their class axis");
            return Err(Error::new(Status::InvalidArgument, message));
        }
        let Some(target) = data.target else {
            return Ok(None);
        };
        let axis = target.class_axis();
        let dense = match &data.prediction {
            Some(prediction) if target.shape() == prediction.shape() => true,
            Some(prediction) if target.shape() == prediction.shape_without_classes() => false,
            Some(prediction) => {
                let rule =
                    "labels have the prediction's shape without its class dimension, dense targets its whole shape";
                return Err(shapes_differ(&target, prediction, rule));
            }
            None => {
                let fits = data.class_count.is_none_or(|count| count == axis.classes);
                target.shape().len() > 1 && axis.classes > 1 && fits && target.rows_are_distributions()
            }
        };
        let count = match (data.class_count, &data.prediction) {
            _ if dense => axis.classes,
            (Some(count), _) => count,
            (None, Some(prediction)) => prediction.class_axis().classes,
            (None, None) => target.largest_label()? + 1,
        };
        if count > MAX_CLASSES {
            let message = format!("{count} classes are more than the {MAX_CLASSES} that the advisor counts");
            return Err(Error::new(Status::Unsupported, message));
        }
        let rows = if dense { axis.rows() } else { target.count };
        Ok(Some(Labels { target, dense: dense.then_some(axis), rows, count }))
    }

    /// Counts every row, checking each element on the way.
    pub fn classes(&self) -> Result<Classes> {
        let mut counts = vec![0.0; self.count];
        let Some(axis) = self.dense else {
            for row in 0..self.rows {
                let label = self.target.label(row, self.count)?;
                if let Some(count) = counts.get_mut(label) {
                    *count += 1.0;
                }
            }
            return Ok(Classes::new(counts));
        };
        for row in 0..self.rows {
            let mut sum = 0.0;
            for (class, count) in counts.iter_mut().enumerate() {
                let index = axis.element(row, class);
                let share = self.target.finite(index)?;
                if !(0.0..=1.0).contains(&share) {
                    let wrong = "is outside [0, 1], where the class shares of dense targets lie";
                    return Err(self.target.refuse(Status::InvalidTarget, index, share, wrong));
                }
                *count += share;
                sum += share;
            }
            if (sum - 1.0f64).abs() > 1e-3 {
                let index = axis.element(row, 0);
                let message = format!(
                    "row {row} of the dense target (its first element is target[{index}]) sums to {}, but class \
                     shares sum to 1",
                    short(sum)
                );
                return Err(Error::new(Status::InvalidTarget, message).at(index));
            }
        }
        Ok(Classes::new(counts))
    }

    /// The label of a checked row; for a dense one, its largest class.
    pub fn label(&self, row: usize) -> usize {
        let Some(axis) = self.dense else {
            return self.target.get(row) as usize;
        };
        let mut best = (0, f64::NEG_INFINITY);
        for class in 0..axis.classes {
            let share = self.target.get(axis.element(row, class));
            if share > best.1 {
                best = (class, share);
            }
        }
        best.0
    }

    /// How much the element of a prediction belongs to its row's label.
    fn share_of(&self, index: usize) -> f64 {
        if self.dense.is_some() {
            return self.target.get(index);
        }
        // Predictions are [outer, classes, inner] over labels [outer, inner].
        let inner: usize = self.target.shape().get(1..).unwrap_or_default().iter().product();
        let (row, within) = (index / (inner * self.count).max(1), index % (inner * self.count).max(1));
        let (class, column) = (within / inner.max(1), within % inner.max(1));
        f64::from(u8::from(self.target.get(row * inner + column) == class as f64))
    }
}

/// Counted labels, and what the predictions say about them.
struct Case {
    classes: Classes,
    outputs: Outputs,
    agreement: Option<Agreement>,
}

impl Case {
    fn smoothing(&self) -> Option<f64> {
        self.agreement.as_ref()?.smoothing(self.classes.share(self.classes.smallest().0))
    }

    /// `cross_entropy`, smoothed where the labels ask for it.
    fn cross_entropy(&self, form: Form, weights: Option<&[f64]>) -> String {
        form.from(Spec::new("cross_entropy"))
            .with_some(weights, |spec, weights| {
                if weights.len() <= MAX_LISTED {
                    spec.with_list("class_weight", weights)
                } else {
                    spec.with("class_weight", "@class_weight")
                }
            })
            .with_some(self.smoothing(), |spec, smoothing| spec.with("label_smoothing", smoothing))
            .text()
    }

    fn recommend(&self, advice: &mut Advice) {
        let noise = self.agreement.as_ref().map_or(NO_ESTIMATE.to_string(), |found| found.sentence(self.smoothing()));
        let seen = format!("In the data shown {}.", self.classes.sentence("labels"));
        if self.classes.present_count() < 2 {
            let reason =
                format!("{seen} No loss can learn a difference from one class; show labels of at least 2.{noise}");
            self.outputs.recommend_first(advice, &reason, &|form| self.cross_entropy(form, None));
        } else if self.classes.ratio() < MILD_IMBALANCE {
            let reason = format!(
                "{seen} That is within {MILD_IMBALANCE} to 1, so the plain loss, whose optimum is the calibrated \
                 probability, needs no weights.{noise}"
            );
            self.outputs.recommend_first(advice, &reason, &|form| self.cross_entropy(form, None));
            self.smoothed(advice);
            if self.classes.ratio() >= VISIBLE_IMBALANCE {
                self.balanced(advice, "Only if every class should count the same. ");
            }
        } else {
            let weights = self.classes.balanced();
            let reason = format!(
                "{seen} Weights n/(C n_c), from {} to {}, let every class count the same; they average 1 over these \
                 labels, so the learning rate keeps its meaning.{}{}{noise}",
                short(lowest(&weights)),
                short(highest(&weights)),
                self.classes.empty_sentence(),
                self.listing()
            ) + &self.classes.few_sentence();
            self.outputs.recommend_first(advice, &reason, &|form| self.cross_entropy(form, Some(&weights)));
            self.effective(advice);
            self.focal(advice);
            self.naive(advice);
            self.smoothed(advice);
        }
    }

    /// What to do when the weights are too many to be listed.
    fn listing(&self) -> String {
        if self.classes.counts.len() <= MAX_LISTED {
            return String::new();
        }
        format!(
            " {} weights are too many for a spec: pass them as the operand class_weight, n/(C n_c) with n = {} and \
             C = {}.",
            self.classes.counts.len(),
            count(self.classes.total),
            self.classes.present_count()
        )
    }

    fn balanced(&self, advice: &mut Advice, when: &str) {
        let weights = self.classes.balanced();
        let reason = format!(
            "{when}Weights n/(C n_c) run from {} to {} here; the outputs are then no calibrated probabilities.{}{}",
            short(lowest(&weights)),
            short(highest(&weights)),
            self.classes.empty_sentence(),
            self.listing()
        );
        advice.recommend(self.cross_entropy(self.outputs.form(), Some(&weights)), reason);
    }

    fn effective(&self, advice: &mut Advice) {
        if self.classes.counts.len() > MAX_LISTED {
            return;
        }
        let weights = self.classes.effective();
        advice.fact("effective_number_beta", self.classes.effective_beta());
        let reason = format!(
            "Milder: effective-number weights (Cui et al. 2019) with beta = (n-1)/n for n = {} run from {} to {}, a \
             ratio of {} instead of {}, because examples of a large class repeat each other.{}",
            count(self.classes.total),
            short(lowest(&weights)),
            short(highest(&weights)),
            short(highest(&weights) / lowest(&weights)),
            short(self.classes.ratio()),
            self.classes.empty_sentence()
        );
        advice.recommend(self.cross_entropy(self.outputs.form(), Some(&weights)), reason);
    }

    fn focal(&self, advice: &mut Advice) {
        if self.classes.counts.len() > MAX_LISTED {
            return;
        }
        let gamma = focal_gamma(self.classes.ratio());
        let alpha = self.classes.tempered();
        advice.fact("focal_gamma", gamma);
        let reason = format!(
            "When many examples of class {} are easy: gamma={gamma}, from the ratio of {} to 1, counts an answer \
             given with 90 % confidence at {} of its cross-entropy; alpha, proportional to 1/sqrt(n_c), corrects \
             the rest by {} to 1 and averages 1 over these labels.",
            self.classes.largest().0,
            short(self.classes.ratio()),
            percent(0.1f64.powf(gamma)),
            short(self.classes.ratio().sqrt())
        );
        self.outputs.recommend_on_logits(advice, &reason, &|form| {
            form.from(Spec::new("categorical_focal")).with("gamma", gamma).with_list("alpha", &alpha).text()
        });
    }

    fn naive(&self, advice: &mut Advice) {
        let (largest, smallest) = (self.classes.largest().0, self.classes.smallest().0);
        let reason = format!(
            "The naive choice: always answering class {largest} is already right for {} of these labels, and class \
             {smallest} makes up only {} of the terms, so it is learned late. Its probabilities are calibrated, \
             though: keep it where you weigh the errors yourself.",
            percent(self.classes.share(largest)),
            percent(self.classes.share(smallest))
        );
        advice.recommend(self.outputs.form().from(Spec::new("cross_entropy")).text(), reason);
    }

    /// A guess for noise that nothing shown can estimate.
    fn smoothed(&self, advice: &mut Advice) {
        if self.agreement.is_some() {
            return;
        }
        let reason = format!(
            "If some of the {} labels may be wrong: without predictions their noise cannot be estimated, so 0.1 is \
             the customary guess (Szegedy et al. 2016). Show held-out predictions to have it computed.",
            count(self.classes.total)
        );
        let spec = self.outputs.form().from(Spec::new("cross_entropy")).with("label_smoothing", 0.1).text();
        advice.recommend(spec, reason);
    }
}

fn lowest(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

fn highest(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}
