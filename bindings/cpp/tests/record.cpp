#include "record.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace {

class reader {
public:
  explicit reader(const std::string &path) : path_(path), file_(path) {
    if (!file_) {
      throw std::runtime_error(path + " cannot be read");
    }
  }

  std::vector<record> all() {
    std::vector<record> records;
    while (next_line()) {
      if (field_ != "case") {
        fail("found '" + field_ + "' outside a case");
      }
      record entry;
      entry.name = rest();
      while (true) {
        if (!next_line()) {
          fail("the case " + entry.name + " has no end");
        }
        if (field_ == "end") {
          break;
        }
        read_field(entry);
      }
      records.push_back(std::move(entry));
    }
    return records;
  }

private:
  bool next_line() {
    std::string line;
    while (std::getline(file_, line)) {
      ++line_number_;
      if (line.empty() || line[0] == '#') {
        continue;
      }
      words_ = std::istringstream(line);
      words_ >> field_;
      return true;
    }
    return false;
  }

  [[noreturn]] void fail(const std::string &complaint) const {
    throw std::runtime_error(path_ + ":" + std::to_string(line_number_) + ": " + complaint);
  }

  std::string rest() {
    std::string text;
    std::getline(words_ >> std::ws, text);
    return text;
  }

  std::string word(const char *what) {
    std::string text;
    if (!(words_ >> text)) {
      fail(std::string(what) + " is missing");
    }
    return text;
  }

  std::int64_t integer(const char *what) {
    const std::string text = word(what);
    char *end = nullptr;
    const long long value = std::strtoll(text.c_str(), &end, 10);
    if (*end != '\0') {
      fail(text + " is not a whole number");
    }
    return value;
  }

  numbers tensor() {
    numbers result;
    const std::int64_t rank = integer("a rank");
    if (rank < 0 || rank > 8) {
      fail("the rank is not in 0..8");
    }
    std::int64_t count = 1;
    for (std::int64_t axis = 0; axis < rank; ++axis) {
      result.shape.push_back(integer("a dimension"));
      count *= result.shape.back();
    }
    for (std::int64_t i = 0; i < count; ++i) {
      const std::string text = word("a value");
      char *end = nullptr;
      result.values.push_back(std::strtod(text.c_str(), &end));
      if (*end != '\0') {
        fail(text + " is not a number");
      }
    }
    std::string more;
    if (words_ >> more) {
      fail("more values than the shape says");
    }
    return result;
  }

  record_operand &operand_of(record &entry) {
    const std::string name = word("the name of an operand");
    for (record_operand &operand : entry.operands) {
      if (operand.name == name) {
        return operand;
      }
    }
    fail("no operand is called " + name);
  }

  void read_field(record &entry) {
    if (field_ == "spec") {
      entry.spec = rest();
    } else if (field_ == "dtype") {
      std::string type;
      while (words_ >> type) {
        (type == "f32" ? entry.f32 : entry.f64) = true;
        if (type != "f32" && type != "f64") {
          fail(type + " is not a float type of the vectors");
        }
      }
    } else if (field_ == "operand") {
      record_operand operand;
      operand.name = word("the name of an operand");
      const std::string kind = word("the kind of an operand");
      if (kind != "f" && kind != "i" && kind != "b") {
        fail("an operand's kind must be f, i or b");
      }
      operand.kind = kind[0];
      operand.tensor = tensor();
      entry.operands.push_back(std::move(operand));
    } else if (field_ == "value") {
      entry.value = tensor();
    } else if (field_ == "gradient" || field_ == "hessian") {
      record_operand &operand = operand_of(entry);
      const bool first = field_ == "gradient";
      (first ? operand.wants_gradient : operand.wants_hessian) = true;
      if (!(words_ >> std::ws).eof()) {
        (first ? operand.gradient : operand.hessian) = tensor();
      }
    } else if (field_ == "status") {
      entry.status = static_cast<int>(integer("a status"));
    } else if (field_ == "index") {
      entry.index = integer("an index");
    } else if (field_ == "message") {
      entry.message = rest();
    } else {
      fail("unknown field " + field_);
    }
  }

  std::string path_;
  std::ifstream file_;
  std::istringstream words_;
  std::string field_;
  int line_number_ = 0;
};

} // namespace

std::vector<record> read_records(const std::string &path) { return reader(path).all(); }

std::vector<std::string> vector_files(const std::string &folder) {
  std::vector<std::string> names;
  for (const auto &entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".txt" && entry.path().filename() != "errors.txt") {
      names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}
