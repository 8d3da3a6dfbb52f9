#include "network.hpp"

#include <algorithm>
#include <cmath>
#include <istream>
#include <ostream>

namespace digits {
namespace {

/// y += a * x.
void add_scaled(float* y, float a, const float* x, std::size_t n) {
#pragma omp simd
  for (std::size_t i = 0; i < n; ++i) y[i] += a * x[i];
}

float dot(const float* x, const float* y, std::size_t n) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::size_t i = 0; i < n; ++i) sum += x[i] * y[i];
  return sum;
}

}  // namespace

Network::Network(const Shape& shape, Random& random) : activation_(shape.activation) {
  std::size_t inputs = shape.inputs;
  for (std::size_t i = 0; i <= shape.layers; ++i) {
    const std::size_t outputs = i == shape.layers ? shape.classes : shape.units;
    Layer layer{inputs, outputs, {}, {}, {}, {}, {}, {}};
    layer.weights.resize((inputs + 1) * outputs);
    layer.velocity.resize(layer.weights.size());
    layer.gradient.resize(layer.weights.size());
    const float bound = std::sqrt(6.0F / static_cast<float>(inputs + outputs));  // Glorot 2010.
    for (std::size_t w = 0; w < inputs * outputs; ++w)
      layer.weights[w] = bound * (2 * random.uniform() - 1);
    layers_.push_back(std::move(layer));
    inputs = outputs;
  }
}

void Network::train(std::span<const float> inputs, std::span<const int> labels, const Step& step,
                    Random& random) {
  forward(inputs, step.dropout, &random);
  backward(inputs, labels);
  for (Layer& layer : layers_) descend(layer, step);
}

std::vector<int> Network::classify(std::span<const float> inputs) {
  forward(inputs, 0, nullptr);
  const Layer& last = layers_.back();
  std::vector<int> classes;
  for (std::size_t row = 0; row * last.outputs < last.result.size(); ++row) {
    const float* scores = last.result.data() + row * last.outputs;
    const bool diverged =
        std::any_of(scores, scores + last.outputs, [](float s) { return !std::isfinite(s); });
    classes.push_back(
        diverged ? -1 : static_cast<int>(std::max_element(scores, scores + last.outputs) - scores));
  }
  return classes;
}

void Network::forward(std::span<const float> inputs, float dropout, Random* random) {
  const std::size_t n = inputs.size() / layers_.front().inputs;
  const float* from = inputs.data();
  for (Layer& layer : layers_) {
    layer.result.resize(n * layer.outputs);
    const float* biases = layer.weights.data() + layer.inputs * layer.outputs;
    for (std::size_t row = 0; row < n; ++row) {
      float* to = layer.result.data() + row * layer.outputs;
      std::copy_n(biases, layer.outputs, to);
      for (std::size_t i = 0; i < layer.inputs; ++i)
        if (const float x = from[row * layer.inputs + i]; x != 0)
          add_scaled(to, x, layer.weights.data() + i * layer.outputs, layer.outputs);
    }
    if (&layer != &layers_.back()) activate(layer, dropout, random);
    from = layer.result.data();
  }
}

void Network::activate(Layer& layer, float dropout, Random* random) const {
  for (float& value : layer.result)
    value = activation_ == Activation::relu ? (value < 0 ? 0 : value) : std::tanh(value);
  layer.mask.clear();
  if (dropout <= 0 || random == nullptr) return;
  layer.mask.resize(layer.result.size());
  for (std::size_t i = 0; i < layer.mask.size(); ++i) {
    layer.mask[i] = random->uniform() < dropout ? 0 : 1 / (1 - dropout);
    layer.result[i] *= layer.mask[i];
  }
}

void Network::backward(std::span<const float> inputs, std::span<const int> labels) {
  Layer& last = layers_.back();
  last.error = last.result;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    float* scores = last.error.data() + row * last.outputs;
    const float top = *std::max_element(scores, scores + last.outputs);
    float sum = 0;
    for (std::size_t c = 0; c < last.outputs; ++c) sum += scores[c] = std::exp(scores[c] - top);
    for (std::size_t c = 0; c < last.outputs; ++c) scores[c] /= sum;
    scores[labels[row]] -= 1;
  }
  for (std::size_t l = layers_.size(); l-- > 0;) {
    Layer& layer = layers_[l];
    const float* from = l == 0 ? inputs.data() : layers_[l - 1].result.data();
    std::ranges::fill(layer.gradient, 0.0F);
    float* biases = layer.gradient.data() + layer.inputs * layer.outputs;
    for (std::size_t row = 0; row < labels.size(); ++row) {
      const float* error = layer.error.data() + row * layer.outputs;
      for (std::size_t i = 0; i < layer.inputs; ++i)
        if (const float x = from[row * layer.inputs + i]; x != 0)
          add_scaled(layer.gradient.data() + i * layer.outputs, x, error, layer.outputs);
      add_scaled(biases, 1, error, layer.outputs);
    }
    for (float& g : layer.gradient) g /= static_cast<float>(labels.size());
    if (l > 0) pass_back(layer, layers_[l - 1]);
  }
}

/// Backpropagates the error of layer `from` to the layer `to` below it.
void Network::pass_back(Layer& from, Layer& to) const {
  to.error.assign(to.result.size(), 0.0F);
  for (std::size_t i = 0; i < to.error.size(); ++i) {
    const float dropped = to.mask.empty() ? 1 : to.mask[i];
    if (dropped == 0) continue;
    const float value = to.result[i] / dropped;
    const float slope = activation_ == Activation::tanh ? 1 - value * value : value > 0 ? 1 : 0;
    if (slope == 0) continue;
    const std::size_t row = i / to.outputs, unit = i % to.outputs;
    to.error[i] = dropped * slope *
                  dot(from.weights.data() + unit * from.outputs,
                      from.error.data() + row * from.outputs, from.outputs);
  }
}

void Network::descend(Layer& layer, const Step& step) {
  const std::size_t decayed = layer.inputs * layer.outputs;  // Biases do not decay.
  add_scaled(layer.gradient.data(), step.weight_decay, layer.weights.data(), decayed);
  for (std::size_t i = 0; i < layer.weights.size(); ++i) {
    layer.velocity[i] = step.momentum * layer.velocity[i] - step.lr * layer.gradient[i];
    layer.weights[i] += layer.velocity[i];
  }
}

void Network::save(std::ostream& out) const {
  for (const Layer& layer : layers_)
    for (const auto* values : {&layer.weights, &layer.velocity})
      out.write(reinterpret_cast<const char*>(values->data()),
                static_cast<std::streamsize>(values->size() * sizeof(float)));
}

bool Network::load(std::istream& in) {
  for (Layer& layer : layers_)
    for (auto* values : {&layer.weights, &layer.velocity})
      if (!in.read(reinterpret_cast<char*>(values->data()),
                   static_cast<std::streamsize>(values->size() * sizeof(float))))
        return false;
  return in.peek() == std::istream::traits_type::eof();
}

}  // namespace digits
