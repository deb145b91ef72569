// Making losses, evaluating them in every form, and the ways in which that fails.
#include <losskit/losskit.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

namespace {

static_assert(std::is_nothrow_move_constructible_v<losskit::loss> && !std::is_copy_constructible_v<losskit::loss>);
static_assert(std::is_nothrow_move_constructible_v<losskit::context> && !std::is_copy_constructible_v<losskit::context>);
static_assert(std::is_nothrow_move_constructible_v<losskit::advice> && !std::is_copy_constructible_v<losskit::advice>);
static_assert(std::is_base_of_v<std::runtime_error, losskit::error>);
static_assert(noexcept(losskit::loss::try_create(std::declval<std::string_view>(), std::declval<losskit::loss &>())));

// A named list would outlive the braces that it was made from.
template <class List, class = void> constexpr bool is_taken = false;
template <class List>
constexpr bool is_taken<List, std::void_t<decltype(std::declval<losskit::loss &>().evaluate(std::declval<List>()))>> = true;
static_assert(is_taken<losskit::operands> && is_taken<const std::vector<losskit::operand> &>);
static_assert(!is_taken<losskit::operands &>);

const std::vector<double> input = {1, 2, 3, 4};
const std::vector<double> target = {0, 2, 5, 4};

TEST(Loss, EvaluatesAPair) {
  losskit::loss loss("mse");
  EXPECT_DOUBLE_EQ(loss.evaluate(input, target), 1.25);
  std::vector<double> gradient(4);
  EXPECT_DOUBLE_EQ(loss.evaluate(input, target, gradient), 1.25);
  EXPECT_EQ(gradient, (std::vector<double>{0.5, 0, -1, 0}));
}

TEST(Loss, TakesTemporariesOfAShape) {
  const std::vector<float> logits = {0, 0, 0, 0, 0, 0};
  const std::array<std::int8_t, 2> labels = {0, 2};
  std::vector<float> gradient(6);
  losskit::loss loss("cross_entropy");
  EXPECT_NEAR(loss.evaluate({logits, {2, 3}}, labels, {gradient, {2, 3}}), std::log(3.0), 1e-7);
  EXPECT_NEAR(gradient[0], -1.0 / 3, 1e-7);
}

TEST(Loss, WritesAGradientOverItsInput) {
  std::vector<double> values = input;
  EXPECT_DOUBLE_EQ(losskit::loss("mse").evaluate(values, target, values), 1.25);
  EXPECT_EQ(values, (std::vector<double>{0.5, 0, -1, 0}));
}

TEST(Loss, EvaluatesOperands) {
  losskit::loss loss("mse(reduction=sum)");
  const std::vector<double> weight = {1, 1, 0.5, 1};
  std::vector<double> gradient(4, 10.0);
  std::vector<double> hessian(4);
  const double value = loss.evaluate({
      losskit::operand("input", input).gradient(gradient).hessian(hessian),
      {"target", target},
      {"sample_weight", weight},
  });
  EXPECT_DOUBLE_EQ(value, 3);
  EXPECT_EQ(gradient, (std::vector<double>{2, 0, -2, 0}));
  EXPECT_EQ(hessian, (std::vector<double>{2, 2, 1, 2}));
}

TEST(Loss, AccumulatesWhereItIsAskedTo) {
  std::vector<double> gradient(4, 10.0);
  losskit::loss("mse(reduction=sum)")
      .differentiate({losskit::operand("input", input, gradient).accumulate(), {"target", target}});
  EXPECT_EQ(gradient, (std::vector<double>{12, 10, 6, 10}));
}

TEST(Loss, TakesAnyContainerOfOperands) {
  losskit::loss loss("mse");
  const std::vector<losskit::operand> list = {{"input", input}, {"target", target}};
  const std::array<losskit::operand, 2> array = {{{"input", input}, {"target", target}}};
  EXPECT_DOUBLE_EQ(loss.evaluate(list), 1.25);
  EXPECT_DOUBLE_EQ(loss.evaluate(array), 1.25);
  EXPECT_DOUBLE_EQ(loss.evaluate(losskit::operands(list.data(), list.size())), 1.25);
}

TEST(Loss, GivesUnreducedValues) {
  losskit::loss loss("mse(reduction=none)");
  const losskit::view rows(input, {2, 2});
  const losskit::view wanted(target, {2, 2});
  EXPECT_EQ(loss.value_shape({{"input", rows}, {"target", wanted}}), (losskit::shape{2, 2}));
  std::vector<float> value(4);
  loss.evaluate({{"input", rows}, {"target", wanted}}, {value, {2, 2}});
  EXPECT_EQ(value, (std::vector<float>{1, 0, 4, 0}));
}

TEST(Loss, GivesDerivativesAtAPoint) {
  const losskit::derivatives point = losskit::loss("huber").at(0.5, 0);
  EXPECT_DOUBLE_EQ(point.value, 0.125);
  EXPECT_DOUBLE_EQ(point.first, 0.5);
  EXPECT_DOUBLE_EQ(point.second, 1);
}

TEST(Loss, PrintsItsCanonicalText) {
  EXPECT_EQ(losskit::loss("  huber( delta = 2.0 )").spec(), "huber(delta=2)");
  losskit::loss loss("mse");
  char small[3] = {'x', 'x', 'x'};
  std::size_t length = 0;
  EXPECT_EQ(loss.try_spec(small, sizeof small, length).code(), losskit::code::invalid_argument);
  EXPECT_EQ(length, 3u);
  EXPECT_EQ(std::string(small, 3), "xxx");
}

TEST(Loss, ListsItsOperands) {
  losskit::loss loss("mse + 0.1*l2(input=@weights)");
  std::vector<std::string> names;
  for (const losskit::operand_info &info : loss.operand_list()) {
    names.emplace_back(info.name);
    if (names.back() == "weights") {
      EXPECT_TRUE(info.required && info.has_gradient);
    }
  }
  EXPECT_NE(std::find(names.begin(), names.end(), "input"), names.end());
  EXPECT_NE(std::find(names.begin(), names.end(), "weights"), names.end());
  losskit::operand_info beyond;
  EXPECT_FALSE(loss.try_operand(names.size(), beyond).ok());
}

TEST(Loss, MovesAndIsThenEmpty) {
  losskit::loss first("mse");
  losskit::loss second = std::move(first);
  EXPECT_TRUE(second);
  EXPECT_FALSE(first); // NOLINT: a moved-from loss is specified to be empty
  double value = 7;
  const losskit::status outcome = first.try_evaluate(input, target, value);
  EXPECT_EQ(outcome.code(), losskit::code::invalid_argument);
  EXPECT_EQ(value, 7);
  EXPECT_EQ(first.operand_count(), 0u);
  first = std::move(second);
  EXPECT_DOUBLE_EQ(first.evaluate(input, target), 1.25);
}

TEST(Loss, IsSharedBetweenThreads) {
  const losskit::loss loss("mse");
  const losskit::context context(2);
  std::vector<double> values(8);
  std::vector<std::thread> threads;
  for (double &value : values) {
    threads.emplace_back([&] { value = loss.evaluate(input, target, context); });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  EXPECT_EQ(values, std::vector<double>(8, 1.25));
}

TEST(Errors, QuoteTheSpecAndItsPlace) {
  losskit::loss loss("mse");
  const losskit::status outcome = losskit::loss::try_create("hubber(delta=1)", loss);
  EXPECT_EQ(outcome.code(), losskit::code::invalid_spec);
  EXPECT_EQ(outcome.index(), 0);
  EXPECT_NE(std::strstr(outcome.message(), "huber"), nullptr) << outcome.message();
  EXPECT_EQ(loss.spec(), "mse") << "a failed creation has changed the loss";
  try {
    losskit::loss refused("huber(delta=-1)");
    FAIL() << "a negative delta was accepted";
  } catch (const losskit::error &error) {
    EXPECT_EQ(error.code(), losskit::code::invalid_spec);
    EXPECT_EQ(error.index(), error.status().index());
    EXPECT_STREQ(error.what(), error.status().message());
  }
}

TEST(Errors, RefuseAHiddenNul) {
  losskit::loss loss;
  const losskit::status outcome = losskit::loss::try_create(std::string_view("mse\0nonsense", 12), loss);
  EXPECT_EQ(outcome.code(), losskit::code::invalid_spec);
  EXPECT_EQ(outcome.index(), 3);
  EXPECT_FALSE(loss);
}

TEST(Errors, RefuseALongSpecWithoutACrash) {
  losskit::loss loss;
  EXPECT_EQ(losskit::loss::try_create(std::string(1 << 20, '('), loss).code(), losskit::code::invalid_spec);
  const std::string padded = "mse" + std::string(2000, ' ');
  EXPECT_TRUE(losskit::loss::try_create(padded, loss).ok());
  EXPECT_EQ(losskit::loss::try_create("", loss).code(), losskit::code::invalid_spec);
}

TEST(Errors, NameTheOffendingLabelAndWriteNothing) {
  const std::vector<float> logits(6);
  const std::vector<int> labels = {0, 3};
  std::vector<float> gradient(6, 42.0f);
  double value = 42;
  const losskit::status outcome =
      losskit::loss("cross_entropy").try_evaluate({logits, {2, 3}}, labels, {gradient, {2, 3}}, value);
  EXPECT_EQ(outcome.code(), losskit::code::invalid_target);
  EXPECT_EQ(outcome.index(), 1);
  EXPECT_NE(std::strstr(outcome.message(), "target[1] = 3"), nullptr) << outcome.message();
  EXPECT_EQ(value, 42);
  EXPECT_EQ(gradient, std::vector<float>(6, 42.0f));
}

TEST(Errors, SayThatAnOperandIsMissingOrUnknown) {
  losskit::loss loss("mse");
  EXPECT_THROW(loss.evaluate({{"input", input}}), losskit::error);
  EXPECT_THROW(loss.evaluate({{"input", input}, {"target", target}, {"wieght", target}}), losskit::error);
  EXPECT_THROW(loss.evaluate({losskit::operand("input"), {"target", target}}), losskit::error);
  EXPECT_THROW(loss.evaluate({{nullptr, input}, {"target", target}}), losskit::error);
  EXPECT_THROW(loss.evaluate(losskit::operands(nullptr, 0)), losskit::error);
}

TEST(Errors, RefuseManyOperandsWithoutOverrunning) {
  const std::vector<losskit::operand> list(100, losskit::operand("input", input));
  double value = 7;
  EXPECT_EQ(losskit::loss("mse").try_evaluate(list, value).code(), losskit::code::invalid_argument);
  EXPECT_EQ(value, 7);
}

TEST(Version, FitsOrBothAreNamed) {
  EXPECT_TRUE(losskit::check_version().ok());
  EXPECT_TRUE(losskit::detail::compatible(0x000102, 0x000100));
  EXPECT_FALSE(losskit::detail::compatible(0x000100, 0x000200));
  EXPECT_TRUE(losskit::detail::compatible(0x010000, 0x010300));
  EXPECT_FALSE(losskit::detail::compatible(0x010000, 0x020000));
  const losskit::status outcome = losskit::detail::check_version(0x7f0203);
  EXPECT_EQ(outcome.code(), losskit::code::unsupported);
  EXPECT_NE(std::strstr(outcome.message(), "version 127.2.3"), nullptr) << outcome.message();
  const std::string own = std::to_string(LK_VERSION_MAJOR) + "." + std::to_string(LK_VERSION_MINOR) + "." +
                          std::to_string(LK_VERSION_PATCH);
  EXPECT_NE(std::string(outcome.message()).find("headers of version " + own), std::string::npos) << outcome.message();
}

TEST(Status, HasANameForEveryCode) {
  for (int value = LK_OK; value <= LK_INTERNAL; ++value) {
    EXPECT_STRNE(losskit::name(static_cast<losskit::code>(value)), "");
  }
}

} // namespace
