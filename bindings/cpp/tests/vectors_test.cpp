// Every record of tests/vectors through the C++ binding: in both float types, side by side and strided, on the calling
// thread and on a pool.
#include "record_call.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string>
#include <tuple>

namespace {

const std::string folder = LOSSKIT_VECTORS;

template <class F> void expect_agreement(const std::string &what, const buffer<F> &found, const numbers &expected) {
  const double tolerance = sizeof(F) == 4 ? 2e-6 : 1e-12;
  double scale = 0;
  for (const double number : expected.values) {
    scale = std::isfinite(number) ? std::max(scale, std::abs(number)) : scale;
  }
  ASSERT_EQ(found.size(), expected.values.size()) << what;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double number = static_cast<double>(found[i]);
    const double wanted = expected.values[i];
    const bool agrees = std::isnan(wanted)   ? std::isnan(number)
                        : std::isinf(wanted) ? number == wanted
                                             : std::abs(number - wanted) <= tolerance * std::max(std::abs(wanted), scale);
    ASSERT_TRUE(agrees) << what << "[" << i << "] is " << number << ", expected " << wanted;
  }
}

template <class F> void run_record(const record &entry, const losskit::context &pool) {
  losskit::loss loss(entry.spec);
  record_call<F> call(entry, loss, false);
  const losskit::status outcome = call.run(loss, losskit::context());
  ASSERT_TRUE(outcome.ok()) << outcome.message();
  ASSERT_TRUE(entry.value.has_value());
  expect_agreement("value", call.value(), *entry.value);
  for (std::size_t i = 0; i < entry.operands.size(); ++i) {
    const record_operand &operand = entry.operands[i];
    if (operand.wants_gradient) {
      expect_agreement("gradient of " + operand.name, call.gradient(i), operand.gradient);
    }
    if (operand.wants_hessian) {
      expect_agreement("hessian of " + operand.name, call.hessian(i), operand.hessian);
    }
  }
  ASSERT_TRUE(call.gaps_untouched());

  record_call<F> strided(entry, loss, true);
  const losskit::status again = strided.run(loss, pool);
  ASSERT_TRUE(again.ok()) << again.message();
  ASSERT_TRUE(strided.same_bits(call)) << "strided tensors on a pool give other bits";
  ASSERT_TRUE(strided.gaps_untouched());
}

class Vectors : public testing::TestWithParam<std::string> {
protected:
  template <class F> void run(bool record::*wanted) {
    losskit::context pool(2);
    std::size_t records = 0;
    for (const record &entry : read_records(folder + "/" + GetParam())) {
      SCOPED_TRACE(entry.name + ": " + entry.spec);
      ASSERT_TRUE(entry.f32 || entry.f64);
      if (entry.*wanted) {
        ASSERT_NO_THROW(run_record<F>(entry, pool));
        ++records;
      }
    }
    EXPECT_GT(records, 0u) << "the file holds no record of this type";
  }
};

TEST_P(Vectors, F32) { run<float>(&record::f32); }
TEST_P(Vectors, F64) { run<double>(&record::f64); }

std::string test_name(const testing::TestParamInfo<std::string> &info) {
  std::string name = info.param.substr(0, info.param.size() - 4);
  std::replace_if(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, Vectors, testing::ValuesIn(vector_files(folder)), test_name);

template <class F> void refuse(const record &entry) {
  losskit::loss loss;
  losskit::status outcome = losskit::loss::try_create(entry.spec, loss);
  if (outcome.ok()) {
    record_call<F> call(entry, loss, true);
    outcome = call.run(loss, losskit::context());
    EXPECT_TRUE(call.outputs_untouched()) << "a refused call has written";
  }
  EXPECT_EQ(static_cast<int>(outcome.code()), *entry.status) << outcome.message();
  if (entry.index) {
    EXPECT_EQ(outcome.index(), *entry.index) << outcome.message();
  }
  EXPECT_NE(std::string(outcome.message()).find(entry.message), std::string::npos) << outcome.message();
}

TEST(Refusals, AsTheVectorsSay) {
  const std::vector<record> records = read_records(folder + "/errors.txt");
  EXPECT_FALSE(records.empty());
  for (const record &entry : records) {
    SCOPED_TRACE(entry.name + ": " + entry.spec);
    ASSERT_TRUE(entry.status.has_value());
    ASSERT_TRUE(entry.f32 || entry.f64);
    if (entry.f32) {
      refuse<float>(entry);
    }
    if (entry.f64) {
      refuse<double>(entry);
    }
  }
}

} // namespace
