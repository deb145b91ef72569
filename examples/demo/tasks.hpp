// The five questions that the demo answers, a file each.
#pragma once

#include <filesystem>

#include "report.hpp"

namespace demo {

void regression_with_outliers(const std::filesystem::path &data, Report &report);  // regression.cpp
void ten_classes(const std::filesystem::path &data, Report &report);               // classes.cpp
void one_rare_class(const std::filesystem::path &data, Report &report);            // rare.cpp
void linear_svm(const std::filesystem::path &data, Report &report);                // svm.cpp
void segmentation_mask(const std::filesystem::path &data, Report &report);         // segmentation.cpp

}  // namespace demo
