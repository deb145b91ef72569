//! Draws what the demo recorded: `cargo run --release --example plot_curves -- demo-output`
//!
//! Reads `<folder>/curves/figures.csv`, which lists the figures, each figure's own CSV file and `masks.csv`, and writes
//! one SVG a figure and `masks.svg` into `<folder>`. Text stays text in the SVG, so no font is needed to draw it.

use std::error::Error;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

type Result<T> = std::result::Result<T, Box<dyn Error>>;
type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// Okabe and Ito's colours, which people with any colour vision can tell apart.
const COLORS: [RGBColor; 5] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
];
const INK: RGBColor = RGBColor(60, 60, 60);
const FONT: &str = "sans-serif";

fn main() -> Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "demo-output".into()));
    let curves = folder.join("curves");
    for row in read_csv(&curves.join("figures.csv"))? {
        let [file, title, score, reference, model] = fields(&row)?;
        let figure = Figure {
            title,
            score,
            reference: reference.parse().ok().map(|value| (value, model)),
            series: read_series(&curves.join(&file))?,
        };
        let picture = folder.join(&file).with_extension("svg");
        figure.draw(&picture)?;
        println!("{}", picture.display());
    }
    let picture = folder.join("masks.svg");
    draw_masks(&read_csv(&curves.join("masks.csv"))?, &picture)?;
    println!("{}", picture.display());
    Ok(())
}

/// One loss on its way: what the training loss and the held-out score were after each epoch.
struct Series {
    label: String,
    epochs: Vec<f64>,
    training_loss: Vec<f64>,
    score: Vec<f64>,
}

impl Series {
    fn scores(&self) -> impl Iterator<Item = (f64, f64)> {
        self.epochs.iter().copied().zip(self.score.iter().copied())
    }
}

struct Figure {
    title: String,
    score: String,
    reference: Option<(f64, String)>,
    series: Vec<Series>,
}

impl Figure {
    fn draw(&self, path: &Path) -> Result<()> {
        let size = (960, 420);
        let root = SVGBackend::new(path, size).into_drawing_area();
        root.fill(&WHITE)?;
        let (plots, legend) = root.split_vertically(size.1 - 44);
        let plots = plots.titled(&self.title, (FONT, 20).into_font().color(&INK))?;
        let (left, right) = plots.split_horizontally(size.0 / 2);
        self.draw_training(&left)?;
        self.draw_held_out(&right)?;
        self.draw_legend(&legend)?;
        root.present()?;
        Ok(())
    }

    /// Losses have different units, so each is shown as a share of where it began.
    fn draw_training(&self, area: &Canvas) -> Result<()> {
        let share = |series: &Series, loss: f64| loss / series.training_loss[0];
        let shares = self.series.iter().flat_map(|series| series.training_loss.iter().map(|&loss| share(series, loss)));
        let high = shares.fold(1.0, f64::max);
        let caption = "training loss, as a share of the first epoch's";
        let mut chart = self.chart(area, caption, 0.0..high * 1.05)?;
        for (index, series) in self.series.iter().enumerate() {
            let points =
                series.epochs.iter().zip(&series.training_loss).map(|(&epoch, &loss)| (epoch, share(series, loss)));
            chart.draw_series(LineSeries::new(points, COLORS[index % COLORS.len()].stroke_width(2)))?;
        }
        Ok(())
    }

    /// The first steps from an untrained model would take up most of the axis. It is made for what comes after a tenth of
    /// the epochs, and a line begins where it first enters that range.
    fn draw_held_out(&self, area: &Canvas) -> Result<()> {
        let reference = self.reference.as_ref().map(|(value, _)| *value);
        let begin = 0.1 * self.last_epoch();
        let settled = self.series.iter().flat_map(|series| series.scores().filter(|(epoch, _)| *epoch >= begin));
        let (low, high) = bounds(settled.map(|(_, score)| score).chain(reference));
        let room = (0.15 * (high - low)).max(1e-6);
        let enters = |score: f64| (low - room..=high + room).contains(&score);
        let lines: Vec<Vec<(f64, f64)>> = self
            .series
            .iter()
            .map(|series| series.scores().skip_while(|(_, score)| !enters(*score)).collect())
            .collect();
        let (low, high) = bounds(lines.iter().flatten().map(|(_, score)| *score).chain(reference));
        let room = (0.05 * (high - low)).max(1e-6);

        let mut chart = self.chart(area, &format!("held-out {}", self.score), low - room..high + room)?;
        if let Some(value) = reference {
            let ends = [(0.0, value), (self.last_epoch(), value)];
            chart.draw_series(DashedLineSeries::new(ends, 6, 4, INK.stroke_width(1)))?;
        }
        for (index, line) in lines.into_iter().enumerate() {
            chart.draw_series(LineSeries::new(line, COLORS[index % COLORS.len()].stroke_width(2)))?;
        }
        Ok(())
    }

    /// Axes over all epochs and the given range, with their caption.
    fn chart<'a, 'b>(&self, area: &'a Canvas<'b>, caption: &str, range: Range<f64>) -> Result<Chart<'a, 'b>> {
        let mut chart = ChartBuilder::on(area)
            .margin(8)
            .margin_right(20)
            .caption(caption, (FONT, 14, &INK))
            .x_label_area_size(36)
            .y_label_area_size(60)
            .build_cartesian_2d(0.0..self.last_epoch(), range)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(RGBColor(225, 225, 225))
            .axis_style(RGBColor(150, 150, 150))
            .label_style((FONT, 12, &INK))
            .x_labels(6)
            .y_labels(6)
            .x_desc("epoch")
            .x_label_formatter(&|epoch| format!("{epoch:.0}"))
            .y_label_formatter(&|value| short(*value))
            .draw()?;
        Ok(chart)
    }

    /// Below both plots: the losses, and the dashed reference; on a second line where the first one is full.
    fn draw_legend(&self, area: &Canvas) -> Result<()> {
        const SAMPLE: i32 = 28;
        const GAP: i32 = 20;
        let text = (FONT, 13, &INK).into_text_style(area);
        let width = area.dim_in_pixel().0 as i32;
        let (mut x, mut y) = (GAP, 10);
        let mut place = |label: &str| {
            // About what 13-pixel text takes; enough to place the next entry.
            let entry = SAMPLE + (label.chars().count() as f64 * 7.0) as i32;
            if x + entry > width && x > GAP {
                (x, y) = (GAP, y + 20);
            }
            x += entry + GAP;
            (x - entry - GAP, y)
        };
        for (index, series) in self.series.iter().enumerate() {
            let (x, y) = place(&series.label);
            let color = COLORS[index % COLORS.len()];
            area.draw(&PathElement::new([(x, y), (x + 22, y)], color.stroke_width(3)))?;
            area.draw(&Text::new(series.label.as_str(), (x + SAMPLE, y - 6), text.clone()))?;
        }
        if let Some((value, model)) = &self.reference {
            let label = format!("scikit-learn {model}: {}", short(*value));
            let (x, y) = place(&label);
            for dash in 0..3 {
                area.draw(&PathElement::new([(x + 9 * dash, y), (x + 9 * dash + 5, y)], INK.stroke_width(1)))?;
            }
            area.draw(&Text::new(label, (x + SAMPLE, y - 6), text))?;
        }
        Ok(())
    }

    fn last_epoch(&self) -> f64 {
        self.series.iter().filter_map(|series| series.epochs.last().copied()).fold(1.0, f64::max)
    }
}

/// A grid of pictures: a row for each panel (input, truth, and every loss's mask), a column for each image.
fn draw_masks(rows: &[Vec<String>], path: &Path) -> Result<()> {
    const PIXEL: i32 = 4;
    const GAP: i32 = 12;
    const NAMES: i32 = 190;
    let mut panels: Vec<(String, Vec<Vec<f64>>)> = Vec::new();
    for row in rows {
        let [name, image, _, value] = fields(row)?;
        if panels.last().is_none_or(|(last, _)| *last != name) {
            panels.push((name, Vec::new()));
        }
        let image: usize = image.parse()?;
        if let Some((_, images)) = panels.last_mut() {
            images.resize_with(images.len().max(image + 1), Vec::new);
            images[image].push(value.parse()?);
        }
    }
    let columns = panels.iter().map(|(_, images)| images.len()).max().unwrap_or(0);
    let side = panels.first().and_then(|(_, images)| images.first()).map_or(1, |pixels| pixels.len().isqrt()) as i32;
    let step = side * PIXEL + GAP;
    let size = (NAMES + step * columns as i32 + GAP, 40 + step * panels.len() as i32 + GAP);
    let root = SVGBackend::new(path, (size.0 as u32, size.1 as u32)).into_drawing_area();
    root.fill(&WHITE)?;
    let heading = (FONT, 20, &INK).into_text_style(&root);
    root.draw(&Text::new("A segmentation mask: held-out images", (GAP, 10), heading))?;
    let text = (FONT, 14, &INK).into_text_style(&root);
    for (index, (name, images)) in panels.iter().enumerate() {
        let top = 40 + step * index as i32;
        root.draw(&Text::new(name.as_str(), (GAP, top + step / 2 - 14), text.clone()))?;
        for (column, pixels) in images.iter().enumerate() {
            let left = NAMES + step * column as i32;
            for (at, &value) in pixels.iter().enumerate() {
                let (x, y) = (left + at as i32 % side * PIXEL, top + at as i32 / side * PIXEL);
                let shade = 255 - (value.clamp(0.0, 1.0) * 255.0) as u8;
                if shade == 255 {
                    continue;
                }
                let color = RGBColor(shade, shade, shade).filled();
                root.draw(&Rectangle::new([(x, y), (x + PIXEL, y + PIXEL)], color))?;
            }
            let frame = [(left, top), (left + side * PIXEL, top + side * PIXEL)];
            root.draw(&Rectangle::new(frame, RGBColor(190, 190, 190)))?;
        }
    }
    root.present()?;
    Ok(())
}

fn read_series(path: &Path) -> Result<Vec<Series>> {
    let mut all: Vec<Series> = Vec::new();
    for row in read_csv(path)? {
        let [loss, role, epoch, training_loss, score] = fields(&row)?;
        let label = if role.is_empty() { loss } else { format!("{loss}, {role}") };
        if all.last().is_none_or(|series| series.label != label) {
            all.push(Series { label, epochs: Vec::new(), training_loss: Vec::new(), score: Vec::new() });
        }
        if let Some(series) = all.last_mut() {
            series.epochs.push(epoch.parse()?);
            series.training_loss.push(training_loss.parse()?);
            series.score.push(score.parse()?);
        }
    }
    Ok(all)
}

/// The rows of a CSV file without its header. A cell in quotes may hold commas; none of the demo's holds a quote.
fn read_csv(path: &Path) -> Result<Vec<Vec<String>>> {
    let text = fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let split = |line: &str| {
        let mut quoted = false;
        let cells = line.split(move |c| {
            quoted ^= c == '"';
            c == ',' && !quoted
        });
        cells.map(|cell| cell.trim_matches('"').to_string()).collect()
    };
    Ok(text.lines().skip(1).map(split).collect())
}

fn fields<const N: usize>(row: &[String]) -> Result<[String; N]> {
    <[String; N]>::try_from(row.to_vec())
        .map_err(|row| format!("a row has {} cells, expected {N}: {row:?}", row.len()).into())
}

/// The smallest and largest finite value.
fn bounds(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let finite = values.filter(|value| value.is_finite());
    finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
}

/// A number on an axis: as many decimals as its size leaves room for.
fn short(value: f64) -> String {
    let decimals = if value.abs() >= 100.0 {
        0
    } else if value.abs() >= 10.0 {
        1
    } else {
        3
    };
    format!("{value:.decimals$}")
}
