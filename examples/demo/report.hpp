// What the user sees: sections, advice, progress, the final table, and the files that the pictures are drawn from.
#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <losskit/losskit.hpp>

#include "data.hpp"

namespace demo {

// Why a loss is being trained.
enum class Role { advised, advised_again, naive, compared };

const char *name_of(Role role);

// One way to train: a spec, what to call it in a table and a picture, and why it is here.
struct Candidate {
  std::string label;
  std::string spec;
  Role role = Role::compared;
};

// A picture of how training went, one line a candidate. Written as <name>.csv and a line of figures.csv.
struct Figure {
  std::string name;   // of the file
  std::string title;
  std::string score;  // what the held-out axis shows
  const Reference *reference = nullptr;
};

struct Point {
  std::size_t epoch;
  double loss;   // on the training data
  double score;  // held out
};

class Report {
 public:
  // Files go to `directory`/curves. Progress is redrawn in place on a terminal, and printed in full lines elsewhere.
  Report(const std::filesystem::path &directory, const References &references);

  const References &references() const { return references_; }
  const std::filesystem::path &directory() const { return directory_; }

  void section(const std::string &title, const std::string &about);

  // The advice about a task: the numbers it rests on, then every spec with its reason.
  void advice(const std::string &shown, const losskit::advice &advice);

  // A training of so many epochs in all; then how far it is, as often as you like; then the last point, averaged over
  // seeds.
  void training_begins(const Candidate &candidate, std::size_t epochs);
  void progress(std::size_t epochs_done, const Point &point, const std::string &score_name);
  void training_ends(const Point &point, const std::string &score_name);

  void curve(const Figure &figure, const Candidate &candidate, const std::vector<Point> &points);

  // One line of the final table. The reference is looked up under `reference_loss`; "" where there is none.
  void result(const std::string &task, const Candidate &candidate, const std::string &metric, double score,
              const std::string &reference_loss);

  void table() const;

 private:
  struct Row {
    std::string task, loss, role, metric, score, reference, model;
  };

  std::filesystem::path directory_;
  const References &references_;
  bool terminal_;
  std::string training_label_;
  std::size_t training_epochs_ = 0;
  std::size_t eighths_printed_ = 0;
  std::chrono::steady_clock::time_point training_began_;
  std::vector<std::string> figures_;
  std::vector<Row> rows_;
};

// A name for tables: one loss keeps its parameters while they are brief, as in "bce(pos_weight=47.96)"; a sum is the
// names of its terms, as in "hinge + l2".
std::string short_label(const std::string &spec);

}  // namespace demo
