//! How a target holds its masks: labels, one channel, or a channel per class; and the count of its pixels.

use super::super::outputs::Link;
use super::super::sample::{Axis, Data, MAX_CLASSES, View, shapes_differ};
use crate::error::{Error, Result, Status};

/// The form of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// Whole-numbered classes `[N, H, W]` for predictions `[N, C, H, W]`.
    Labels { classes: usize },
    /// Ones and zeros of the prediction's own shape: `[N, 1, H, W]` with a channel, or `[N, H, W]` without.
    Mask { rank: usize, channel: bool },
    /// `[N, C, H, W]`, the channels of a pixel summing to 1.
    OneHot { classes: usize },
    /// `[N, C, H, W]` of ones and zeros that may overlap.
    Channels { classes: usize },
}

impl Layout {
    pub fn sentence(&self) -> String {
        match self {
            Layout::Labels { classes } => {
                format!("The target is read as labels of {classes} classes, for predictions with a class axis 1.")
            }
            Layout::Mask { channel: true, .. } => "The target is read as binary masks with 1 channel.".to_string(),
            Layout::Mask { rank, .. } => {
                format!("The target is read as binary masks of {rank} dimensions, for predictions of the same shape.")
            }
            Layout::OneHot { classes } => format!("The target is read as one-hot masks of {classes} classes."),
            Layout::Channels { classes } => {
                format!("The target is read as {classes} masks per image that may overlap, a channel each.")
            }
        }
    }
}

/// What counting found.
pub(super) struct Regions {
    /// Pixels of each class; for binary masks, of background and foreground.
    pub pixels: Vec<f64>,
    /// Pixels of all images, each counted once.
    pub pixel_count: f64,
    /// Images without any foreground.
    pub empty_masks: usize,
    /// Share of (image, foreground class) pairs without a pixel.
    pub empty_regions: f64,
}

/// A target and its layout.
pub(super) struct Masks<'a> {
    target: View<'a>,
    pub layout: Layout,
}

impl<'a> Masks<'a> {
    /// Returns `None` without a target.
    pub fn open(data: &Data<'a>) -> Result<Option<Masks<'a>>> {
        let Some(target) = data.target else {
            return Ok(None);
        };
        if target.shape().len() < 2 {
            let message = format!(
                "target has shape {:?}, but the segmentation task needs images: [N, H, W], [N, 1, H, W] or [N, C, \
                 H, W]",
                target.shape()
            );
            return Err(Error::new(Status::InvalidShape, message));
        }
        let layout = match &data.prediction {
            Some(prediction) => with_prediction(&target, prediction, data.class_count)?,
            None => alone(&target, data.class_count)?,
        };
        let classes = match layout {
            Layout::Labels { classes } | Layout::OneHot { classes } | Layout::Channels { classes } => classes,
            Layout::Mask { .. } => 2,
        };
        if classes > MAX_CLASSES {
            let message = format!("{classes} classes are more than the {MAX_CLASSES} that the advisor counts");
            return Err(Error::new(Status::Unsupported, message));
        }
        Ok(Some(Masks { target, layout }))
    }

    pub fn images(&self) -> usize {
        self.target.shape().first().copied().unwrap_or(1)
    }

    /// How predictions of this layout become probabilities.
    pub fn link(&self, prediction: Option<&View<'_>>) -> Link {
        match self.layout {
            Layout::Mask { .. } | Layout::Channels { .. } => Link::Sigmoid,
            Layout::Labels { .. } | Layout::OneHot { .. } => {
                Link::Softmax(prediction.map_or(Axis { outer: 0, classes: 0, inner: 0 }, View::class_axis))
            }
        }
    }

    /// The probability that an element of the prediction gives to the pixel's own class, if it is of that class.
    pub fn own_probability(&self, index: usize, probability: f64) -> Option<f64> {
        match self.layout {
            Layout::Mask { .. } | Layout::Channels { .. } => {
                Some(if self.target.get(index) == 1.0 { probability } else { 1.0 - probability })
            }
            Layout::OneHot { .. } => (self.target.get(index) > 0.0).then_some(probability),
            Layout::Labels { classes } => {
                let inner = (self.target.count / self.images().max(1)).max(1);
                let (image, within) = (index / (inner * classes.max(1)), index % (inner * classes.max(1)));
                let label = self.target.get(image * inner + within % inner);
                (label == (within / inner) as f64).then_some(probability)
            }
        }
    }

    /// Counts every pixel, checking each on the way.
    pub fn count(&self) -> Result<Regions> {
        match self.layout {
            Layout::Labels { classes } => self.count_labels(classes, |index| self.target.label(index, classes)),
            Layout::Mask { .. } => self.count_labels(2, |index| Ok(usize::from(self.target.zero_or_one(index)?))),
            Layout::OneHot { classes } => self.count_channels(classes, true),
            Layout::Channels { classes } => self.count_channels(classes, false),
        }
    }

    fn count_labels(&self, classes: usize, label: impl Fn(usize) -> Result<usize>) -> Result<Regions> {
        let images = self.images();
        let size = self.target.count / images.max(1);
        let mut pixels = vec![0.0; classes];
        // The image in which a class was last seen, counted from 1: nothing to clear between images.
        let mut last_seen = vec![0usize; classes];
        let (mut empty_masks, mut regions) = (0usize, 0usize);
        for image in 0..images {
            let mut found = 0usize;
            for index in image * size..(image + 1) * size {
                let class = label(index)?;
                if let (Some(count), Some(seen)) = (pixels.get_mut(class), last_seen.get_mut(class)) {
                    *count += 1.0;
                    if *seen != image + 1 {
                        *seen = image + 1;
                        found += usize::from(class > 0);
                    }
                }
            }
            regions += found;
            empty_masks += usize::from(found == 0);
        }
        let possible = images as f64 * classes.saturating_sub(1).max(1) as f64;
        let empty_regions = 1.0 - regions as f64 / possible;
        Ok(Regions { pixels, pixel_count: self.target.count as f64, empty_masks, empty_regions })
    }

    /// Channels of shares when exclusive, else of ones and zeros.
    fn count_channels(&self, classes: usize, exclusive: bool) -> Result<Regions> {
        let axis = self.target.class_axis();
        // Class 0 is background only where classes exclude each other.
        let first = usize::from(exclusive);
        let mut pixels = vec![0.0; classes];
        let (mut empty_masks, mut regions) = (0usize, 0usize);
        for image in 0..axis.outer {
            let mut found = 0usize;
            for (class, count) in pixels.iter_mut().enumerate() {
                let mut mass = 0.0;
                for pixel in 0..axis.inner {
                    let index = axis.element(image * axis.inner + pixel, class);
                    mass += if exclusive {
                        self.target.finite(index)?
                    } else {
                        f64::from(u8::from(self.target.zero_or_one(index)?))
                    };
                }
                *count += mass;
                found += usize::from(mass > 0.0 && class >= first);
            }
            regions += found;
            empty_masks += usize::from(found == 0);
        }
        let possible = axis.outer as f64 * (classes - first.min(classes)).max(1) as f64;
        let pixel_count = axis.rows() as f64;
        Ok(Regions { pixels, pixel_count, empty_masks, empty_regions: 1.0 - regions as f64 / possible })
    }
}

/// The predictions' shape tells labels from channels.
fn with_prediction(target: &View<'_>, prediction: &View<'_>, class_count: Option<usize>) -> Result<Layout> {
    let rank = target.shape().len();
    let channels = prediction.class_axis().classes;
    if target.shape() != prediction.shape() {
        if target.shape() != prediction.shape_without_classes() {
            let rule =
                "label masks have the prediction's shape without its class dimension 1, other masks its whole shape";
            return Err(shapes_differ(target, prediction, rule));
        }
        if channels == 1 {
            let rule = "binary masks for a single channel need that channel too, so that both have one shape";
            return Err(shapes_differ(target, prediction, rule));
        }
        require_count(class_count, channels)?;
        return Ok(Layout::Labels { classes: channels });
    }
    if rank > 2 && channels == 1 {
        require_count(class_count.filter(|count| *count != 2), 1)?;
        return Ok(Layout::Mask { rank, channel: true });
    }
    let whole = class_count == Some(1) || (class_count == Some(2) && channels != 2);
    if rank == 2 || whole {
        require_count(class_count.filter(|count| *count > 2), 2)?;
        return Ok(Layout::Mask { rank, channel: false });
    }
    require_count(class_count, channels)?;
    if target.rows_are_distributions() {
        return Ok(Layout::OneHot { classes: channels });
    }
    Ok(if rank == 3 && class_count.is_none() {
        Layout::Mask { rank, channel: false }
    } else {
        Layout::Channels { classes: channels }
    })
}

fn require_count(class_count: Option<usize>, found: usize) -> Result<()> {
    match class_count {
        Some(count) if count != found => {
            let message = format!("class_count = {count}, but the tensors shown have {found} classes");
            Err(Error::new(Status::InvalidArgument, message))
        }
        _ => Ok(()),
    }
}

/// Without predictions, the values have to tell.
fn alone(target: &View<'_>, class_count: Option<usize>) -> Result<Layout> {
    let rank = target.shape().len();
    let channels = target.class_axis().classes;
    let binary = class_count.is_none_or(|count| count <= 2);
    if rank > 2 && channels == 1 {
        if !binary {
            let message = format!(
                "target has shape {:?}, but labels of {} classes have no channel dimension: [N, H, W]",
                target.shape(),
                class_count.unwrap_or(0)
            );
            return Err(Error::new(Status::InvalidShape, message));
        }
        return Ok(Layout::Mask { rank, channel: true });
    }
    let channelled = rank > 2 && class_count.is_none_or(|count| count == channels);
    if channelled && target.rows_are_distributions() {
        return Ok(Layout::OneHot { classes: channels });
    }
    match class_count {
        Some(1) => return Ok(Layout::Mask { rank, channel: false }),
        Some(count) if !(rank > 3 && channelled) => return Ok(Layout::Labels { classes: count }),
        _ => {}
    }
    // Four dimensions of ones and zeros are channels; where they are volumes, class_count tells.
    let largest = target.largest_label()?;
    Ok(match (class_count, rank) {
        (_, 4..) if largest <= 1 => Layout::Channels { classes: channels },
        (None, _) if largest <= 1 => Layout::Mask { rank, channel: false },
        (count, _) => Layout::Labels { classes: count.unwrap_or(largest + 1) },
    })
}
