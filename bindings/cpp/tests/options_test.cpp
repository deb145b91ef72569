// Typed options: their text, and that they make the loss that the text makes.
#include <losskit/losskit.hpp>

#include <gtest/gtest.h>

#include <clocale>
#include <limits>
#include <string>
#include <vector>

namespace {

namespace ls = losskit;

TEST(Options, LeaveDefaultsOut) {
  EXPECT_EQ(ls::mse{}.spec(), "mse");
  EXPECT_EQ(ls::huber{}.with_delta(1).spec(), "huber");
  EXPECT_EQ(ls::keras::huber{}.spec(), "keras.huber");
}

TEST(Options, WriteEveryKindOfValue) {
  EXPECT_EQ(ls::huber{}.with_delta(0.1).spec(), "huber(delta=0.1)");
  EXPECT_EQ(ls::mse{}.with_reduction(ls::reduction::weighted_mean).spec(), "mse(reduction=weighted_mean)");
  EXPECT_EQ(ls::hinge{}.with_labels(ls::labels::binary).spec(), "hinge(labels=binary)");
  EXPECT_EQ(ls::cross_entropy{}.with_class_weight({0.25, 3}).spec(), "cross_entropy(class_weight=[0.25, 3])");
  EXPECT_EQ(ls::cross_entropy{}.with_class_weight(ls::operand("cw")).spec(), "cross_entropy(class_weight=@cw)");
  EXPECT_EQ(ls::cross_entropy{}.with_ignore_index(-100).spec(), "cross_entropy(ignore_index=-100)");
  EXPECT_EQ(ls::dice{}.with_include_background(false).with_axis({2, 3}).spec(),
            "dice(axis=[2, 3], include_background=false)");
  EXPECT_EQ(ls::mse{}.with_sample_weight(ls::none{}).spec(), "mse(sample_weight=none)");
  EXPECT_EQ(ls::keras::mean_squared_error{}.with_reduction(ls::keras::reduction::sum).spec(),
            "keras.mean_squared_error(reduction=sum)");
}

#if __cplusplus >= 202002L
TEST(Options, TakeDesignatedInitialisers) {
  EXPECT_EQ((ls::cross_entropy{.label_smoothing = 0.1}).spec(), "cross_entropy(label_smoothing=0.1)");
  EXPECT_EQ((ls::categorical_focal{.gamma = 1, .alpha = 0.25}).spec(), "categorical_focal(gamma=1, alpha=0.25)");
  EXPECT_EQ((ls::categorical_focal{.alpha = {0.25, 0.75}}).spec(), "categorical_focal(alpha=[0.25, 0.75])");
  EXPECT_EQ((ls::l2{.input = ls::operand("weights")}).spec(), "l2(input=@weights)");
}
#endif

TEST(Options, WriteNumbersThatReadBack) {
  const double third = 1.0 / 3;
  const ls::loss loss = ls::huber{}.with_delta(third);
  EXPECT_EQ(ls::loss(loss.spec()).at(5, 0).first, third);
  for (const double tiny : {5e-324, 1e-5, 1.7976931348623157e308}) {
    const ls::loss extreme = ls::huber{}.with_delta(tiny);
    EXPECT_EQ(extreme.at(std::numeric_limits<double>::infinity(), 0).first, tiny);
  }
}

TEST(Options, DoNotFollowTheLocale) {
  // Where the machine has a locale with a decimal comma; elsewhere the C locale stays, and the text must be the same.
  for (const char *name : {"de_DE.UTF-8", "fr_FR.UTF-8"}) {
    std::setlocale(LC_ALL, name);
    EXPECT_EQ(ls::huber{}.with_delta(0.5).spec(), "huber(delta=0.5)");
    EXPECT_EQ(ls::loss(ls::huber{}.with_delta(0.5)).spec(), "huber(delta=0.5)");
  }
  std::setlocale(LC_ALL, "C");
}

TEST(Options, AreCheckedWhereTheLossIsMade) {
  ls::loss loss;
  EXPECT_EQ(ls::loss::try_create(ls::huber{}.with_delta(-1), loss).code(), ls::code::invalid_spec);
  EXPECT_EQ(ls::loss::try_create(ls::huber{}.with_delta(std::numeric_limits<double>::quiet_NaN()), loss).code(),
            ls::code::invalid_spec);
  EXPECT_EQ(ls::loss::try_create(ls::bce{}.with_from(ls::from::log_probs), loss).code(), ls::code::invalid_spec);
  EXPECT_THROW(ls::loss refused = ls::cross_entropy{}.with_label_smoothing(1.5), ls::error);
}

TEST(WeightedSum, WritesWeightsAndSigns) {
  const ls::weighted_sum sum = 0.7 * ls::cross_entropy{} + 0.3 * ls::dice{}.with_smooth(1) -
                               1e-4 * ls::l2{}.with_input(ls::operand("weights"));
  EXPECT_EQ(sum.spec(), "0.7*cross_entropy + 0.3*dice(smooth=1) - 1e-04*l2(input=@weights)");
  EXPECT_EQ((-ls::mse{}).spec(), "-mse");
  EXPECT_EQ((ls::mse{} - (ls::mae{} - ls::huber{})).spec(), "mse - mae + huber");
  EXPECT_EQ((2 * (ls::mse{} + 0.25 * ls::mae{})).spec(), "2*mse + 0.5*mae");
  EXPECT_EQ((ls::keras::huber{} * 0.5 + ls::keras::dice{}).spec(), "0.5*keras.huber + keras.dice");
  ls::weighted_sum twice = ls::mse{};
  twice += twice;
  EXPECT_EQ(twice.spec(), "mse + mse");
}

TEST(WeightedSum, EqualsItsTextAndItsParts) {
  const std::vector<double> input = {0.3, -1.2, 2.5};
  const std::vector<double> target = {1, 0, 0.5};
  std::vector<double> gradient(3);
  std::vector<double> same(3);
  const ls::loss typed = 0.5 * ls::mse{} + 2 * ls::huber{}.with_delta(0.75);
  const ls::loss text("0.5*mse + 2*huber(delta=0.75)");
  EXPECT_EQ(typed.spec(), text.spec());
  const double value = typed.evaluate(input, target, gradient);
  EXPECT_EQ(value, text.evaluate(input, target, same));
  EXPECT_EQ(gradient, same);
  EXPECT_NEAR(value,
              0.5 * ls::loss("mse").evaluate(input, target) + 2 * ls::loss("huber(delta=0.75)").evaluate(input, target),
              1e-14);
}

// Every loss of the library has its struct: with only defaults, its text is its name and parses to itself.
template <class... Losses> void expect_round_trips() {
  (
      [] {
        const std::string text = Losses{}.spec();
        EXPECT_EQ(text.find('('), std::string::npos) << text;
        EXPECT_EQ(ls::loss(Losses{}).spec(), ls::loss(text).spec());
      }(),
      ...);
  EXPECT_EQ(ls::catalog().size(), sizeof...(Losses)) << "a loss of the catalog is missing from this test";
}

TEST(Options, CoverTheCatalog) {
  namespace k = ls::keras;
  expect_round_trips<ls::mse, ls::mae, ls::huber, ls::cross_entropy, ls::linear_cross_entropy, ls::bce, ls::focal, ls::categorical_focal, ls::hinge,
                     ls::squared_hinge, ls::multiclass_hinge, ls::categorical_hinge, ls::dice, ls::jaccard, ls::tversky,
                     ls::l1, ls::l2, k::mean_squared_error, k::mean_absolute_error, k::huber, k::binary_crossentropy,
                     k::binary_focal_crossentropy, k::categorical_crossentropy, k::sparse_categorical_crossentropy,
                     k::categorical_focal_crossentropy, k::hinge, k::squared_hinge, k::categorical_hinge, k::dice,
                     k::tversky>();
}

} // namespace
