#include "data.hpp"

#include <cmath>
#include <fstream>
#include <locale>
#include <sstream>
#include <stdexcept>

namespace demo {

namespace {

std::vector<std::string> split_line(const std::string &line) {
  std::vector<std::string> cells;
  std::string cell;
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.push_back(cell);
      cell.clear();
    } else if (c != '\r') {
      cell += c;
    }
  }
  cells.push_back(cell);
  return cells;
}

}  // namespace

Table::Table(const std::filesystem::path &path) : path_(path) {
  std::ifstream file(path);
  std::string line;
  if (!file || !std::getline(file, line)) {
    throw std::runtime_error("cannot read the data file " + path.string());
  }
  const std::vector<std::string> names = split_line(line);
  for (std::size_t i = 0; i < names.size(); ++i) columns_[names[i]] = i;
  while (std::getline(file, line)) {
    rows_.push_back(split_line(line));
    if (rows_.back().size() != names.size()) {
      throw std::runtime_error(path.string() + ", line " + std::to_string(rows_.size() + 1) + ": found " +
                               std::to_string(rows_.back().size()) + " cells, expected " +
                               std::to_string(names.size()));
    }
  }
}

std::size_t Table::column_index(const std::string &name) const {
  const auto found = columns_.find(name);
  if (found == columns_.end()) throw std::runtime_error(path_.string() + " has no column " + name);
  return found->second;
}

const std::string &Table::text(std::size_t row, const std::string &column) const {
  return rows_[row][column_index(column)];
}

float Table::number_at(std::size_t row, std::size_t column) const {
  // A stream in the classic locale reads 0.5 the same way wherever the program runs; std::stof would not.
  std::istringstream stream(rows_[row][column]);
  stream.imbue(std::locale::classic());
  float value = 0;
  if (!(stream >> value)) {
    throw std::runtime_error(path_.string() + ", line " + std::to_string(row + 2) + ": expected a number, found \"" +
                             rows_[row][column] + "\"");
  }
  return value;
}

float Table::number(std::size_t row, const std::string &column) const {
  return number_at(row, column_index(column));
}

std::vector<std::size_t> Table::rows_of(const std::string &split) const {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (text(i, "split") == split) rows.push_back(i);
  }
  return rows;
}

Matrix Table::features(const std::vector<std::size_t> &rows, const std::string &first) const {
  const std::size_t begin = column_index(first);
  Matrix matrix(rows.size(), columns_.size() - begin);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < matrix.columns; ++j) matrix.row(i)[j] = number_at(rows[i], begin + j);
  }
  return matrix;
}

std::vector<float> Table::column(const std::vector<std::size_t> &rows, const std::string &name) const {
  const std::size_t index = column_index(name);
  std::vector<float> values;
  for (const std::size_t row : rows) values.push_back(number_at(row, index));
  return values;
}

void standardize(Matrix &train, Matrix &test) {
  for (std::size_t j = 0; j < train.columns; ++j) {
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 0; i < train.rows; ++i) sum += train.row(i)[j];
    const double mean = sum / static_cast<double>(train.rows);
    for (std::size_t i = 0; i < train.rows; ++i) squares += std::pow(train.row(i)[j] - mean, 2);
    const double deviation = std::sqrt(squares / static_cast<double>(train.rows));
    for (Matrix *matrix : {&train, &test}) {
      for (std::size_t i = 0; i < matrix->rows; ++i) {
        matrix->row(i)[j] = static_cast<float>((matrix->row(i)[j] - mean) / deviation);
      }
    }
  }
}

void scale(Matrix &matrix, float factor) {
  for (float &value : matrix.values) value *= factor;
}

References::References(const std::filesystem::path &path) {
  const Table table(path);
  for (std::size_t i = 0; i < table.row_count(); ++i) {
    const std::string key = table.text(i, "task") + "/" + table.text(i, "loss") + "/" + table.text(i, "metric");
    entries_[key] = {table.number(i, "score"), table.text(i, "model")};
  }
}

const Reference *References::find(const std::string &task, const std::string &loss, const std::string &metric) const {
  const auto found = entries_.find(task + "/" + loss + "/" + metric);
  return found == entries_.end() ? nullptr : &found->second;
}

}  // namespace demo
