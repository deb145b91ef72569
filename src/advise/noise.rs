//! Label noise, where predictions allow an estimate: confident learning (Northcutt, Jiang and Chuang 2021).
//!
//! A class's threshold is the mean probability that rows of this label give it. A row confidently belongs to the most
//! probable class among those above their thresholds; where that is not its label, the label is contradicted. Each
//! label's contradicted share, weighed by how often the label occurs, adds up to the noise.

use super::Advice;
use super::sample::{MAX_MEASURED, draw};
use super::text::{percent, rounded, short};

/// Below this share, contradictions are as likely the model's errors as the labels'.
const NOISE_THAT_MATTERS: f64 = 0.03;

/// With fewer rows, one contradiction would be a percentage point.
const FEWEST_ROWS: usize = 100;

/// Class probabilities read per estimate, which bounds the time that many classes take.
const MAX_READ: usize = 20_000_000;

/// Said where predictions are missing.
pub(super) const NO_ESTIMATE: &str = " Without predictions label noise cannot be estimated.";

/// Beyond this smoothing the labels, not the loss, need work.
const MOST_SMOOTHING: f64 = 0.3;

/// How predictions and labels agree.
pub(super) struct Agreement {
    rows: usize,
    measured: usize,
    accuracy: f64,
    majority: f64,
    gap: f64,
    /// The estimated share of wrong labels and the contradicted rows; `None` where it cannot be estimated.
    noise: Option<(f64, usize)>,
    classes: usize,
}

impl Agreement {
    /// Reads at most a million rows, twice. `fill` writes the class probabilities of a row.
    pub fn measure(
        rows: usize,
        classes: usize,
        label: &dyn Fn(usize) -> usize,
        fill: &dyn Fn(usize, &mut [f64]),
    ) -> Agreement {
        let limit = MAX_MEASURED.min(MAX_READ / classes.max(1)).max(1);
        let measured = rows.min(limit);
        let mut probabilities = vec![0.0; classes];
        let mut counts = vec![0usize; classes];
        let mut own_sums = vec![0.0; classes];
        let (mut hits, mut confidence) = (0usize, 0.0);
        for row in draw(rows, limit) {
            fill(row, &mut probabilities);
            let label = label(row);
            let (answer, best) = largest(probabilities.iter().copied().enumerate());
            confidence += best;
            hits += usize::from(answer == label);
            if let (Some(count), Some(sum), Some(own)) =
                (counts.get_mut(label), own_sums.get_mut(label), probabilities.get(label))
            {
                *count += 1;
                *sum += *own;
            }
        }
        let total = measured.max(1) as f64;
        let accuracy = hits as f64 / total;
        let majority = counts.iter().copied().max().unwrap_or(0) as f64 / total;
        let mut found =
            Agreement { rows, measured, accuracy, majority, gap: confidence / total - accuracy, noise: None, classes };
        if measured < FEWEST_ROWS || accuracy <= majority {
            return found;
        }

        let threshold = |class: usize| match (counts.get(class), own_sums.get(class)) {
            (Some(count), Some(sum)) if *count > 0 => sum / *count as f64,
            _ => f64::INFINITY,
        };
        let mut agreed = vec![0usize; classes];
        let mut contradicted = vec![0usize; classes];
        for row in draw(rows, limit) {
            fill(row, &mut probabilities);
            let label = label(row);
            let above = probabilities.iter().copied().enumerate().filter(|(class, p)| *p >= threshold(*class));
            let (answer, best) = largest(above);
            if best < 0.0 {
                continue;
            }
            let tally = if answer == label { &mut agreed } else { &mut contradicted };
            if let Some(tally) = tally.get_mut(label) {
                *tally += 1;
            }
        }
        let wrong: f64 = (counts.iter().zip(&agreed).zip(&contradicted))
            .filter(|((_, agreed), contradicted)| **agreed + **contradicted > 0)
            .map(|((count, agreed), contradicted)| {
                *count as f64 * *contradicted as f64 / (*agreed + *contradicted) as f64
            })
            .sum();
        found.noise = Some((wrong / total, contradicted.iter().sum()));
        found
    }

    pub fn record(&self, advice: &mut Advice) {
        if self.measured < self.rows {
            advice.fact("measured_count", self.measured as f64);
        }
        advice.fact("accuracy", self.accuracy);
        advice.fact("majority_share", self.majority);
        advice.fact("mean_calibration_gap", self.gap);
        if let Some((share, _)) = self.noise {
            advice.fact("label_noise", share);
        }
    }

    /// The estimated share of wrong labels, where there is an estimate.
    pub fn noise_share(&self) -> Option<f64> {
        self.noise.map(|(share, _)| share)
    }

    /// The smoothing under which targets look as labels with this much symmetric noise do: ε·(C−1)/C = noise.
    ///
    /// `None` where the noise is small or unknown, or where smoothing would lift a class of `smallest_share` to more
    /// than twice its frequency.
    pub fn smoothing(&self, smallest_share: f64) -> Option<f64> {
        let (share, _) = self.noise.filter(|(share, _)| *share >= NOISE_THAT_MATTERS)?;
        let classes = self.classes.max(2) as f64;
        let smoothing = rounded((share * classes / (classes - 1.0)).min(MOST_SMOOTHING), 2);
        (smoothing / classes <= smallest_share).then_some(smoothing)
    }

    /// What was seen of the labels, ending with the reason for the smoothing if there is one.
    pub fn sentence(&self, smoothing: Option<f64>) -> String {
        let measured = if self.measured < self.rows {
            format!("Of {} rows drawn from {}, the predictions", self.measured, self.rows)
        } else {
            format!("Of {} rows, the predictions", self.rows)
        };
        let hit = format!("{measured} hit {}", percent(self.accuracy));
        let Some((share, contradicted)) = self.noise else {
            let why = if self.measured < FEWEST_ROWS {
                format!("{FEWEST_ROWS} are needed before label noise can be estimated")
            } else {
                format!(
                    "no more than always answering the commonest class ({}), so label noise cannot be estimated yet",
                    percent(self.majority)
                )
            };
            return format!(" {hit}; {why}.{}", self.calibration());
        };
        let mut text = format!(
            " {hit} and confidently contradict {contradicted} labels: an estimated {} of the labels are wrong, or \
             in a true overlap of classes",
            percent(share)
        );
        text += &match smoothing {
            Some(smoothing) if smoothing >= MOST_SMOOTHING => {
                format!("; label_smoothing stops at {smoothing}, because beyond it the labels themselves need work.")
            }
            Some(smoothing) => format!("; label_smoothing={smoothing} keeps the model from learning them by heart."),
            None if share >= NOISE_THAT_MATTERS => {
                "; label smoothing is left out, because it would lift the targets of the rarest class above twice \
                 its frequency."
                    .to_string()
            }
            None => format!(", less than the {} from which smoothing pays.", percent(NOISE_THAT_MATTERS)),
        };
        text + &self.calibration()
    }

    fn calibration(&self) -> String {
        let kind = if self.gap >= 0.0 { "more" } else { "less" };
        format!(" Mean confidence is {} {kind} than the accuracy.", short(self.gap.abs()))
    }
}

/// The first largest value and its class; a value below 0 when there is none.
fn largest(values: impl Iterator<Item = (usize, f64)>) -> (usize, f64) {
    values.fold((0, -1.0), |best, next| if next.1 > best.1 { next } else { best })
}
