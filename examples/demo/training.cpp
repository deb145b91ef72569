#include "training.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace demo {

namespace {

losskit::shape batched(std::size_t examples, const std::vector<std::int64_t> &one) {
  losskit::shape shape(examples);
  for (const std::int64_t size : one) shape.push(size);
  return shape;
}

// Copies the examples of a batch, `per_example` consecutive values each.
template <class T>
void gather(const std::vector<T> &values, const std::vector<std::size_t> &examples, std::size_t per_example,
            std::vector<T> &batch) {
  batch.clear();
  for (const std::size_t example : examples) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(example * per_example);
    batch.insert(batch.end(), begin, begin + static_cast<std::ptrdiff_t>(per_example));
  }
}

bool takes_weights(const losskit::loss &loss) {
  for (const losskit::operand_info &operand : loss.operand_list()) {
    if (operand.name == std::string("weights")) return true;
  }
  return false;
}

// A loss, applied to a network and a batch of examples.
class Step {
 public:
  Step(const Problem &problem, const std::string &spec) : problem_(problem), loss_(spec), weights_(takes_weights(loss_)) {}

  // The value at the examples; the gradient by every parameter is left in the network.
  double operator()(Network &network, const std::vector<std::size_t> &examples) {
    const std::size_t columns = problem_.train_inputs.columns;
    inputs_.rows = examples.size() * problem_.rows_per_example;
    inputs_.columns = columns;
    gather(problem_.train_inputs.values, examples, problem_.rows_per_example * columns, inputs_.values);
    const Matrix &logits = network.forward(inputs_);
    Matrix logits_gradient(logits.rows, logits.columns);

    const losskit::shape shape = batched(examples.size(), problem_.logits_shape);
    losskit::strides steps(logits.columns * problem_.rows_per_example);
    for (const std::int64_t step : problem_.logits_steps) steps.push(step);
    const bool plain = problem_.logits_steps.empty();
    const losskit::view input = plain ? losskit::view(logits.values, shape) : losskit::view(logits.values, shape, steps);
    const losskit::mutable_view gradient = plain
                                               ? losskit::mutable_view(logits_gradient.values, shape)
                                               : losskit::mutable_view(logits_gradient.values, shape, steps);

    const losskit::shape target_shape = batched(examples.size(), problem_.target_shape);
    const std::size_t total = problem_.target.size() + problem_.labels.size();
    const std::size_t per_example = total / problem_.example_count();
    const bool dense = problem_.labels.empty();
    if (dense) {
      gather(problem_.target, examples, per_example, target_);
    } else {
      gather(problem_.labels, examples, per_example, labels_);
    }
    const losskit::view target = dense ? losskit::view(target_, target_shape) : losskit::view(labels_, target_shape);

    // A penalty such as l2(input=@weights) is part of the loss: one call gives both gradients.
    std::vector<losskit::operand> operands = {losskit::operand("input", input, gradient),
                                              losskit::operand("target", target)};
    const losskit::shape weight_shape(network.weight_count());
    std::vector<float> penalty_gradient(weights_ ? network.weight_count() : 0);
    if (weights_) {
      operands.push_back(losskit::operand("weights", losskit::view(network.parameters().data(), weight_shape),
                                          losskit::mutable_view(penalty_gradient.data(), weight_shape)));
    }
    const double value = loss_.evaluate(operands);

    network.backward(inputs_, logits_gradient);
    for (std::size_t i = 0; i < penalty_gradient.size(); ++i) network.gradient()[i] += penalty_gradient[i];
    return value;
  }

 private:
  const Problem &problem_;
  losskit::loss loss_;
  bool weights_;
  Matrix inputs_;  // the batch; kept from step to step for its memory
  std::vector<float> target_;
  std::vector<std::int64_t> labels_;
};

}  // namespace

std::vector<Network> train(const Problem &problem, const std::vector<std::size_t> &sizes, const Schedule &schedule,
                           const Candidate &candidate, const Figure &figure,
                           const std::function<double(const Matrix &)> &score, Report &report) {
  constexpr std::size_t kPoints = 100;  // on a curve, at most
  constexpr double kPi = 3.14159265358979323846;
  const std::size_t count = problem.example_count();
  const std::size_t batch = schedule.batch == 0 ? count : schedule.batch;
  const std::size_t steps = schedule.epochs * ((count + batch - 1) / batch);
  const std::size_t between_points = (schedule.epochs + kPoints - 1) / kPoints;

  report.training_begins(candidate, schedule.epochs * schedule.seeds);
  Step step(problem, candidate.spec);
  std::vector<Network> networks;
  std::vector<Point> curve;
  for (std::uint64_t seed = 1; seed <= schedule.seeds; ++seed) {
    networks.emplace_back(sizes, seed);
    Network &network = networks.back();
    Adam adam(network.parameters().size());
    Random random(seed + 1000);
    std::size_t taken = 0;
    std::size_t point = 0;
    for (std::size_t epoch = 1; epoch <= schedule.epochs; ++epoch) {
      const std::vector<std::size_t> order = random.permutation(count);
      double sum = 0;
      for (std::size_t begin = 0; begin < count; begin += batch) {
        const std::size_t end = std::min(begin + batch, count);
        const std::vector<std::size_t> examples(order.begin() + static_cast<std::ptrdiff_t>(begin),
                                                order.begin() + static_cast<std::ptrdiff_t>(end));
        sum += step(network, examples) * static_cast<double>(end - begin);
        const double progress = static_cast<double>(taken++) / static_cast<double>(steps);
        adam.step(network.parameters(), network.gradient(), schedule.rate * 0.5 * (1 + std::cos(kPi * progress)));
      }
      if (epoch % between_points != 0 && epoch != 1 && epoch != schedule.epochs) continue;
      if (seed == 1) curve.push_back({epoch, 0, 0});
      const double loss = sum / static_cast<double>(count);
      const double held_out = score(network.forward(problem.test_inputs));
      curve[point].loss += loss / static_cast<double>(schedule.seeds);
      curve[point].score += held_out / static_cast<double>(schedule.seeds);
      ++point;
      report.progress((seed - 1) * schedule.epochs + epoch, {epoch, loss, held_out}, figure.score);
    }
  }
  report.training_ends(curve.back(), figure.score);
  report.curve(figure, candidate, curve);
  return networks;
}

double mean(std::vector<Network> &networks, const std::function<double(Network &)> &score) {
  double sum = 0;
  for (Network &network : networks) sum += score(network);
  return sum / static_cast<double>(networks.size());
}

double value_of(const std::string &spec, const Problem &problem, Network &network) {
  std::vector<std::size_t> all(problem.example_count());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return Step(problem, spec)(network, all);
}

Candidate advised(const losskit::advice &advice) {
  if (advice.size() == 0) throw std::runtime_error("the advisor gave no advice");
  const std::string spec = advice[0].spec;
  return {short_label(spec), spec, Role::advised};
}

std::string find_spec(const losskit::advice &advice, const std::string &beginning, const std::string &otherwise) {
  for (std::size_t i = 0; i < advice.size(); ++i) {
    const std::string spec = advice[i].spec;
    if (spec.compare(0, beginning.size(), beginning) == 0) return spec;
  }
  return otherwise;
}

void add(std::vector<Candidate> &candidates, const Candidate &candidate) {
  const std::string text = losskit::loss(candidate.spec).spec();
  for (const Candidate &other : candidates) {
    if (losskit::loss(other.spec).spec() == text) return;
  }
  candidates.push_back(candidate);
}

}  // namespace demo
