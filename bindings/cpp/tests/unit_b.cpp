// The other translation unit: the parts without the umbrella header, and the platform's mdspan where there is one.
#include <losskit/advice.hpp>
#include <losskit/catalog.hpp>
#include <losskit/executors.hpp>
#include <losskit/loss.hpp>
#include <losskit/options.hpp>

#if __cplusplus >= 202002L
#include <version>
#endif
#ifdef __cpp_lib_mdspan
#include <mdspan>
#endif
#ifdef __cpp_lib_span
#include <span>
#endif

double evaluate_elsewhere(const losskit::loss &loss, const losskit::view &input, const losskit::view &target);

double evaluate_elsewhere(const losskit::loss &loss, const losskit::view &input, const losskit::view &target) {
  double value = -1;
#ifdef __cpp_lib_span
  const float numbers[2] = {1, 2};
  if (!loss.try_evaluate(std::span<const float>(numbers), std::span<const float, 2>(numbers), value).ok()) {
    return -2;
  }
#endif
#ifdef __cpp_lib_mdspan
  float matrix[4] = {1, 2, 3, 4};
  const float transposed[4] = {1, 2, 3, 4};
  const std::mdspan<float, std::dextents<int, 2>> rows(matrix, 2, 2);
  const std::mdspan<const float, std::extents<std::size_t, 2, 2>, std::layout_left> columns(transposed);
  if (!loss.try_evaluate(rows, columns, losskit::mutable_view(rows), value).ok() || value != 0.5) {
    return -3;
  }
#endif
  return loss.try_evaluate(input, target, value).ok() ? value : -4;
}
