// The data sets: CSV files with a header line, a `split` column, and numbers.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace demo {

// Row-major numbers: [rows, columns].
struct Matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<float> values;

  Matrix() = default;
  Matrix(std::size_t row_count, std::size_t column_count)
      : rows(row_count), columns(column_count), values(row_count * column_count) {}

  float *row(std::size_t index) { return values.data() + index * columns; }
  const float *row(std::size_t index) const { return values.data() + index * columns; }
};

// A CSV file as text cells. Throws std::runtime_error that names the file and line when the file is not as promised.
class Table {
 public:
  explicit Table(const std::filesystem::path &path);

  std::size_t row_count() const { return rows_.size(); }
  const std::string &text(std::size_t row, const std::string &column) const;
  float number(std::size_t row, const std::string &column) const;

  // The rows whose `split` is "train" or "test".
  std::vector<std::size_t> rows_of(const std::string &split) const;

  // Columns from `first` to the last, for the rows asked for: [rows, columns].
  Matrix features(const std::vector<std::size_t> &rows, const std::string &first) const;

  std::vector<float> column(const std::vector<std::size_t> &rows, const std::string &name) const;

 private:
  std::size_t column_index(const std::string &name) const;
  float number_at(std::size_t row, std::size_t column) const;

  std::filesystem::path path_;
  std::map<std::string, std::size_t> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// Shifts and scales every column to mean 0 and deviation 1 over the training rows, and the test rows alike.
void standardize(Matrix &train, Matrix &test);

void scale(Matrix &matrix, float factor);

// What a well-known implementation reached on the same split; reference.csv.
struct Reference {
  double score = 0;
  std::string model;
};

class References {
 public:
  explicit References(const std::filesystem::path &path);

  // nullptr where the file has none.
  const Reference *find(const std::string &task, const std::string &loss, const std::string &metric) const;

 private:
  std::map<std::string, Reference> entries_;
};

}  // namespace demo
