// Records of tests/vectors, and how they become operands of a call. The format is described in tests/vectors/README.md.
#ifndef LOSSKIT_TESTS_RECORD_HPP
#define LOSSKIT_TESTS_RECORD_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// A tensor as text has it: rank, dimensions, row-major values.
struct numbers {
  std::vector<std::int64_t> shape;
  std::vector<double> values;
};

struct record_operand {
  std::string name;
  char kind = 'f'; // f: the case's float type, i: i64, b: u8
  numbers tensor;
  bool wants_gradient = false;
  bool wants_hessian = false;
  numbers gradient; // expected; empty in a record of errors.txt
  numbers hessian;
};

struct record {
  std::string name;
  std::string spec;
  bool f32 = false;
  bool f64 = false;
  std::vector<record_operand> operands;
  std::optional<numbers> value;
  std::optional<int> status; // only in errors.txt
  std::optional<std::int64_t> index;
  std::string message;
};

// All records of a file. Throws std::runtime_error with the file and line of what it cannot read.
std::vector<record> read_records(const std::string &path);

// The names of the vector files in a folder, sorted.
std::vector<std::string> vector_files(const std::string &folder);

#endif
