// The catalog and the advisor, as C++ sees them.
#include <losskit/losskit.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <string>
#include <vector>

namespace {

TEST(Catalog, DescribesEveryLossAndParameter) {
  std::set<std::string> names;
  for (const losskit::loss_info &loss : losskit::catalog()) {
    names.insert(loss.name);
    EXPECT_STRNE(loss.summary, "") << loss.name;
    EXPECT_STRNE(loss.formula, "") << loss.name;
    EXPECT_STRNE(loss.tasks, "") << loss.name;
    EXPECT_STRNE(loss.reference, "") << loss.name;
    for (const losskit::parameter_info &parameter : losskit::parameters(loss)) {
      EXPECT_NE(parameter.kinds, 0u) << loss.name << " " << parameter.name;
      EXPECT_STRNE(parameter.summary, "") << loss.name << " " << parameter.name;
      // A parameter given its default is the loss itself.
      const std::string text = std::string(loss.name) + "(" + parameter.name + "=" + parameter.default_value + ")";
      EXPECT_EQ(losskit::loss(text).spec(), losskit::loss(loss.name).spec()) << text;
    }
  }
  EXPECT_EQ(names.size(), losskit::catalog().size()) << "a name is listed twice";
  for (const char *name : {"mse", "cross_entropy", "dice", "keras.categorical_crossentropy"}) {
    EXPECT_EQ(names.count(name), 1u) << name;
  }
}

TEST(Catalog, EndsWhereItEnds) {
  losskit::loss_info loss;
  EXPECT_EQ(losskit::try_catalog_loss(losskit::catalog().size(), loss).code(), losskit::code::invalid_argument);
  EXPECT_STREQ(loss.name, "");
  losskit::parameter_info parameter;
  const losskit::loss_info first = losskit::catalog()[0];
  EXPECT_FALSE(losskit::try_catalog_parameter(0, first.parameter_count, parameter).ok());
}

TEST(Advice, RestsOnTheDataItWasShown) {
  std::vector<std::uint8_t> labels(1000, 0);
  labels[17] = 1;
  const losskit::advice advice(
      losskit::advise_options(losskit::task::binary).output(losskit::model_output::logits).target(labels));
  ASSERT_GT(advice.size(), 0u);
  for (std::size_t rank = 0; rank < advice.size(); ++rank) {
    EXPECT_NO_THROW(losskit::loss(advice[rank].spec)) << advice[rank].spec;
    EXPECT_STRNE(advice[rank].reason, "");
  }
  EXPECT_NE(std::strstr(advice[0].reason, "999"), nullptr) << advice[0].reason;
  bool counted = false;
  for (std::size_t position = 0; position < advice.evidence_size(); ++position) {
    const losskit::evidence evidence = advice.evidence(position);
    EXPECT_STRNE(evidence.name, "");
    counted = counted || evidence.value == 999;
  }
  EXPECT_TRUE(counted) << "no evidence counts the 999 negatives";
  EXPECT_STREQ(advice[advice.size()].spec, "") << "beyond the end";
  EXPECT_STREQ(advice.evidence(advice.evidence_size()).name, "");
}

TEST(Advice, SaysWhatItCannotKnow) {
  const losskit::advice advice{losskit::advise_options(losskit::task::regression)};
  ASSERT_GT(advice.size(), 0u);
  EXPECT_EQ(advice.evidence_size(), 0u);
}

TEST(Advice, RefusesWhatItCannotUse) {
  const std::vector<float> values(3);
  losskit::advice advice;
  EXPECT_FALSE(losskit::advice::try_create(losskit::advise_options(static_cast<losskit::task>(99)), advice).ok());
  const losskit::status outcome = losskit::advice::try_create(
      losskit::advise_options(losskit::task::regression).target({values, {2, 2}}), advice);
  EXPECT_EQ(outcome.code(), losskit::code::invalid_shape);
  EXPECT_EQ(advice.size(), 0u);
}

} // namespace
