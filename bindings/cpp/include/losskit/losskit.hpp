/// \file
/// losskit for C++17 and later: loss functions with gradients and Hessian diagonals, from a line of text or from typed
/// options. Header-only over the C API of <losskit.h>; link with the losskit library.
///
///     #include <losskit/losskit.hpp>
///
///     losskit::loss loss("cross_entropy(label_smoothing=0.1)");
///     double value = loss.evaluate({logits, {rows, classes}}, labels, {gradient, {rows, classes}});
///
/// Where to look next:
///   loss.hpp       make a loss and evaluate it: value, gradient, Hessian diagonal
///   view.hpp       tensors from pointers, containers, std::span and std::mdspan
///   operand.hpp    named operands: weights, masks, upstream gradients, regularised parameters
///   options.hpp    a struct for every loss, and weighted sums: 0.7 * cross_entropy{} + 0.3 * dice{}
///   context.hpp    threads; executors.hpp lends the library the host's own
///   advice.hpp     which loss suits the data
///   catalog.hpp    every loss and parameter, as data
///   error.hpp      status, error, and the version check
#ifndef LOSSKIT_LOSSKIT_HPP
#define LOSSKIT_LOSSKIT_HPP

#include <losskit/advice.hpp>
#include <losskit/catalog.hpp>
#include <losskit/context.hpp>
#include <losskit/error.hpp>
#include <losskit/executors.hpp>
#include <losskit/loss.hpp>
#include <losskit/operand.hpp>
#include <losskit/options.hpp>
#include <losskit/view.hpp>

#endif
