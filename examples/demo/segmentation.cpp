// A segmentation mask: which pixels of a faint, noisy picture are ink? A network with a 7 by 7 receptive field and one
// hidden layer, run over every pixel: a convolution of 16 channels and a 1 by 1 convolution behind it.
#include <fstream>
#include <stdexcept>

#include "metrics.hpp"
#include "tasks.hpp"
#include "training.hpp"

namespace demo {

namespace {

constexpr std::size_t kSide = 24;
constexpr std::size_t kPixels = kSide * kSide;
constexpr std::size_t kPatch = 7;
constexpr std::size_t kShown = 8;  // test images in the picture

// Every pixel's window, with the image's mean taken away and zeros outside: [images·pixels, window].
Matrix patches(const Matrix &images) {
  Matrix windows(images.rows * kPixels, kPatch * kPatch);
  constexpr int kEdge = static_cast<int>(kPatch / 2);
  constexpr int kLast = static_cast<int>(kSide) - 1;
  for (std::size_t image = 0; image < images.rows; ++image) {
    const float *pixels = images.row(image);
    double sum = 0;
    for (std::size_t i = 0; i < kPixels; ++i) sum += pixels[i];
    const float mean = static_cast<float>(sum / kPixels);
    for (std::size_t at = 0; at < kPixels; ++at) {
      float *window = windows.row(image * kPixels + at);
      for (int dy = -kEdge; dy <= kEdge; ++dy) {
        for (int dx = -kEdge; dx <= kEdge; ++dx, ++window) {
          const int y = static_cast<int>(at / kSide) + dy;
          const int x = static_cast<int>(at % kSide) + dx;
          const bool inside = y >= 0 && y <= kLast && x >= 0 && x <= kLast;
          *window = inside ? (pixels[y * static_cast<int>(kSide) + x] - mean) / 2.5f : 0.0f;
        }
      }
    }
  }
  return windows;
}

// A column that holds a pixel as a decimal digit: [images, pixels].
Matrix pixels_of(const Table &table, const std::vector<std::size_t> &rows, const std::string &column) {
  Matrix pixels(rows.size(), kPixels);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string &digits = table.text(rows[i], column);
    if (digits.size() != kPixels) {
      throw std::runtime_error("masks.csv: found " + std::to_string(digits.size()) + " pixels in the column " + column +
                               ", expected " + std::to_string(kPixels));
    }
    for (std::size_t at = 0; at < kPixels; ++at) pixels.row(i)[at] = static_cast<float>(digits[at] - '0');
  }
  return pixels;
}

// Ink where the second class has the larger logit.
std::vector<float> predicted_masks(const Matrix &logits) {
  std::vector<float> values(logits.rows);
  for (std::size_t i = 0; i < logits.rows; ++i) values[i] = logits.row(i)[1] > logits.row(i)[0] ? 1.0f : 0.0f;
  return values;
}

void write_panel(std::ofstream &file, const std::string &name, const std::vector<float> &values, float largest) {
  for (std::size_t i = 0; i < kShown * kPixels; ++i) {
    file << '"' << name << "\"," << i / kPixels << ',' << i % kPixels << ',' << values[i] / largest << '\n';
  }
}

}  // namespace

void segmentation_mask(const std::filesystem::path &data, Report &report) {
  report.section("5/5 A segmentation mask",
                 "Digits on a larger canvas, faint, on uneven ground and under noise (synthetic): which pixels are ink? A "
                 "two-layer convolutional network with a 7 by 7 view; every score is the mean of three trainings. Naive is "
                 "cross-entropy over the pixels.");
  const Table table(data / "masks.csv");
  const std::vector<std::size_t> train_rows = table.rows_of("train");
  const std::vector<std::size_t> test_rows = table.rows_of("test");
  const Matrix test_images = pixels_of(table, test_rows, "image");
  Problem problem;
  problem.train_inputs = patches(pixels_of(table, train_rows, "image"));
  problem.test_inputs = patches(test_images);
  problem.rows_per_example = kPixels;
  const std::vector<float> train_masks = pixels_of(table, train_rows, "mask").values;
  problem.labels.assign(train_masks.begin(), train_masks.end());
  problem.logits_shape = {2, kSide, kSide};
  problem.logits_steps = {1, 2 * kSide, 2};
  problem.target_shape = {kSide, kSide};
  const std::vector<float> truth = pixels_of(table, test_rows, "mask").values;

  const losskit::advice advice(losskit::advise_options(losskit::task::segmentation)
                                   .output(losskit::model_output::logits)
                                   .class_count(2)
                                   .target({problem.labels, losskit::shape(train_rows.size(), kSide, kSide)}));
  report.advice("the masks", advice);

  const std::string dice = "dice(activation=softmax, include_background=false)";
  std::vector<Candidate> candidates = {advised(advice)};
  add(candidates, {"cross_entropy", "cross_entropy", Role::naive});
  add(candidates, {"dice", dice, Role::compared});
  add(candidates, {"cross_entropy + dice", "0.5*cross_entropy + 0.5*" + dice, Role::compared});

  std::ofstream panels(report.directory() / "curves" / "masks.csv");
  panels << "panel,image,pixel,value\n";
  write_panel(panels, "image", test_images.values, 9);
  write_panel(panels, "truth", truth, 1);

  const Figure figure{"segmentation", "A segmentation mask", "Dice",
                      report.references().find("segmentation", "cross_entropy", "Dice")};
  Schedule schedule;
  schedule.epochs = 30;
  schedule.batch = 4;
  schedule.rate = 0.01;
  schedule.seeds = 3;
  for (const Candidate &candidate : candidates) {
    std::vector<Network> networks =
        train(problem, {kPatch * kPatch, 16, 2}, schedule, candidate, figure,
              [&](const Matrix &logits) { return mean_overlap(predicted_masks(logits), truth, kPixels).dice; }, report);
    const auto masks_of = [&](Network &network) { return predicted_masks(network.forward(problem.test_inputs)); };
    const auto dice_of = [&](Network &network) { return mean_overlap(masks_of(network), truth, kPixels).dice; };
    const auto jaccard_of = [&](Network &network) { return mean_overlap(masks_of(network), truth, kPixels).jaccard; };
    report.result("segmentation", candidate, "Dice", mean(networks, dice_of), candidate.spec);
    report.result("segmentation", candidate, "IoU", mean(networks, jaccard_of), candidate.spec);
    write_panel(panels, candidate.label, masks_of(networks[0]), 1);
  }
}

}  // namespace demo
