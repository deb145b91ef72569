#include "report.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <sstream>

namespace demo {

namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kProgressWidth = 79;  // a line that is redrawn must not wrap

bool is_terminal() {
  const char *terminal = std::getenv("TERM");
  return isatty(STDOUT_FILENO) != 0 && terminal != nullptr && std::string(terminal) != "dumb";
}

std::string format(const char *pattern, ...) __attribute__((format(printf, 1, 2)));

std::string format(const char *pattern, ...) {
  char text[256];
  va_list arguments;
  va_start(arguments, pattern);
  std::vsnprintf(text, sizeof text, pattern, arguments);
  va_end(arguments);
  return text;
}

// Words on lines of kWidth, every line behind `indent` spaces.
void print_wrapped(const std::string &text, std::size_t indent) {
  std::istringstream words(text);
  std::string line(indent, ' ');
  std::string word;
  while (words >> word) {
    const bool empty = line.find_first_not_of(' ') == std::string::npos;
    if (!empty && line.size() + 1 + word.size() > kWidth) {
      std::printf("%s\n", line.c_str());
      line.assign(indent, ' ');
      line += word;
    } else {
      line += (empty ? "" : " ") + word;
    }
  }
  if (line.find_first_not_of(' ') != std::string::npos) std::printf("%s\n", line.c_str());
}

std::string pad(const std::string &text, std::size_t width) {
  return text + std::string(width > text.size() ? width - text.size() : 0, ' ');
}

}  // namespace

const char *name_of(Role role) {
  switch (role) {
    case Role::advised: return "advised";
    case Role::advised_again: return "advised again";
    case Role::naive: return "naive";
    case Role::compared: return "";
  }
  return "";
}

std::string short_label(const std::string &spec) {
  if (spec.find(" + ") == std::string::npos) {
    const std::size_t open = spec.find('(');
    const bool brief = open == std::string::npos || (spec.size() <= 24 && spec.find(',') == std::string::npos);
    return brief ? spec : spec.substr(0, open) + "(..)";
  }
  std::string label;
  std::size_t begin = 0;
  while (begin < spec.size()) {
    const std::size_t end = std::min(spec.find(" + ", begin), spec.size());
    std::string term = spec.substr(begin, end - begin);
    term = term.substr(0, term.find('('));
    if (const std::size_t star = term.find('*'); star != std::string::npos) term.erase(0, star + 1);
    label += (label.empty() ? "" : " + ") + term;
    begin = end + 3;
  }
  return label;
}

Report::Report(const std::filesystem::path &directory, const References &references)
    : directory_(directory), references_(references), terminal_(is_terminal()) {
  std::filesystem::create_directories(directory / "curves");
  std::ofstream(directory / "curves" / "figures.csv") << "file,title,score,reference,reference_model\n";
}

void Report::section(const std::string &title, const std::string &about) {
  std::printf("\n== %s %s\n", title.c_str(), std::string(kWidth - 4 - title.size(), '=').c_str());
  print_wrapped(about, 0);
}

void Report::advice(const std::string &shown, const losskit::advice &advice) {
  std::string numbers;
  for (std::size_t i = 0; i < advice.evidence_size(); ++i) {
    const losskit::evidence evidence = advice.evidence(i);
    numbers += (i == 0 ? "" : ", ") + std::string(evidence.name) + ' ' + format("%.4g", evidence.value);
  }
  std::printf("\nThe advisor, shown %s, has found\n", shown.c_str());
  print_wrapped(numbers, 2);
  std::printf("and advises\n");
  for (std::size_t i = 0; i < advice.size(); ++i) {
    std::printf("  %zu. %s\n", i + 1, advice[i].spec);
    print_wrapped(advice[i].reason, 5);
  }
  std::printf("\n");
}

void Report::training_begins(const Candidate &candidate, std::size_t epochs) {
  training_label_ = candidate.label;
  training_epochs_ = epochs;
  eighths_printed_ = 0;
  training_began_ = std::chrono::steady_clock::now();
}

void Report::progress(std::size_t epochs_done, const Point &point, const std::string &score_name) {
  constexpr std::size_t kBar = 8;
  if (terminal_) {
    const std::size_t filled = kBar * epochs_done / training_epochs_;
    const std::string line =
        "  " + pad(training_label_, 24) + " [" + std::string(filled, '#') + std::string(kBar - filled, '.') + "]" +
        format(" epoch %4zu  loss %8.4f  %s %.4f", point.epoch, point.loss, score_name.c_str(), point.score);
    std::printf("\r%s", pad(line, kProgressWidth).substr(0, kProgressWidth).c_str());
  } else if (8 * epochs_done / training_epochs_ > eighths_printed_) {
    eighths_printed_ = 8 * epochs_done / training_epochs_;
    if (eighths_printed_ % 2 != 0) return;
    std::printf("  %s %3zu %%  loss %9.5f  %s %8.4f\n", pad(training_label_, 24).c_str(),
                100 * epochs_done / training_epochs_, point.loss, score_name.c_str(), point.score);
  }
  std::fflush(stdout);
}

void Report::training_ends(const Point &point, const std::string &score_name) {
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - training_began_;
  const std::string line = "  " + pad(training_label_, 24) +
                           format(" loss %.5f, held-out %s %.4f, after %zu epochs in %.1f s", point.loss,
                                  score_name.c_str(), point.score, training_epochs_, seconds.count());
  std::printf("%s%s\n", terminal_ ? "\r" : "", terminal_ ? pad(line, kProgressWidth).c_str() : line.c_str());
}

void Report::curve(const Figure &figure, const Candidate &candidate, const std::vector<Point> &points) {
  const std::filesystem::path path = directory_ / "curves" / (figure.name + ".csv");
  const bool first = std::find(figures_.begin(), figures_.end(), figure.name) == figures_.end();
  if (first) {
    figures_.push_back(figure.name);
    std::ofstream index(directory_ / "curves" / "figures.csv", std::ios::app);
    index << figure.name << ".csv,\"" << figure.title << "\"," << figure.score << ','
          << (figure.reference ? format("%.6f", figure.reference->score) : "") << ",\""
          << (figure.reference ? figure.reference->model : "") << "\"\n";
  }
  std::ofstream file(path, first ? std::ios::trunc : std::ios::app);
  if (first) file << "loss,role,epoch,training_loss,score\n";
  for (const Point &point : points) {
    file << '"' << candidate.label << "\"," << name_of(candidate.role) << ',' << point.epoch << ','
         << format("%.9g,%.9g", point.loss, point.score) << '\n';
  }
}

void Report::result(const std::string &task, const Candidate &candidate, const std::string &metric, double score,
                    const std::string &reference_loss) {
  const Reference *reference = references_.find(task, reference_loss, metric);
  rows_.push_back({task, candidate.label, name_of(candidate.role), metric, format("%.4f", score),
                   reference ? format("%.4f", reference->score) : "-", reference ? reference->model : ""});
}

void Report::table() const {
  const Row header{"task", "loss", "role", "metric", "held out", "reference", "by scikit-learn's"};
  Row width = header;
  std::vector<std::string Row::*> columns = {&Row::task,  &Row::loss,      &Row::role, &Row::metric,
                                             &Row::score, &Row::reference, &Row::model};
  for (const Row &row : rows_) {
    for (const auto column : columns) {
      if ((row.*column).size() > (width.*column).size()) width.*column = row.*column;
    }
  }
  const auto print = [&](const Row &row, const std::string &task) {
    std::string line;
    for (const auto column : columns) {
      const bool number = column == &Row::score || column == &Row::reference;
      const std::string &text = column == &Row::task ? task : row.*column;
      const std::size_t room = (width.*column).size();
      line += (number ? std::string(room - text.size(), ' ') + text : pad(text, room)) + "  ";
    }
    std::printf("%s\n", line.substr(0, line.find_last_not_of(' ') + 1).c_str());
  };
  print(header, header.task);
  std::string before;
  for (const Row &row : rows_) {
    if (row.task != before) {
      std::size_t total = 0;
      for (const auto column : columns) total += (width.*column).size() + 2;
      std::printf("%s\n", std::string(total - 2, '-').c_str());
    }
    print(row, row.task == before ? "" : row.task);
    before = row.task;
  }
}

}  // namespace demo
