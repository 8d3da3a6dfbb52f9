#pragma once

#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

namespace digits {

/// splitmix64 (Steele, Lea and Flood 2014). It gives the same numbers on every platform; the
/// standard distributions do not.
class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t epoch) : state_(seed) { state_ = bits() ^ epoch; }

  std::uint64_t bits() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  float uniform() { return static_cast<float>(bits() >> 40) * 0x1.0p-24F; }  ///< In [0, 1).
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(bits() % n); }

 private:
  std::uint64_t state_;
};

enum class Activation { relu, tanh };

struct Shape {
  std::size_t inputs = 64, classes = 10;
  std::size_t units = 64;  ///< Units in each hidden layer.
  std::size_t layers = 1;  ///< Number of hidden layers.
  Activation activation = Activation::relu;
};

struct Step {
  float lr = 0.01F;
  float momentum = 0.9F;
  float weight_decay = 0;
  float dropout = 0;  ///< Fraction of the hidden units that are dropped per batch.
};

/// A multilayer perceptron with softmax and cross-entropy, trained by SGD with momentum.
/// Matrices are stored row by row; a batch is n x inputs.
class Network {
 public:
  Network(const Shape& shape, Random& random);

  /// One step of SGD on a batch.
  void train(std::span<const float> inputs, std::span<const int> labels, const Step& step,
             Random& random);

  /// The most likely class of each row; -1 if the weights have diverged.
  std::vector<int> classify(std::span<const float> inputs);

  /// The state from which training resumes: weights and velocities.
  void save(std::ostream& out) const;
  [[nodiscard]] bool load(std::istream& in);

 private:
  struct Layer {
    std::size_t inputs, outputs;
    std::vector<float> weights;   ///< inputs x outputs, then one row of biases.
    std::vector<float> velocity;  ///< Same shape as `weights`.
    std::vector<float> gradient;
    std::vector<float> result;  ///< n x outputs, after activation and dropout.
    std::vector<float> mask;    ///< n x outputs: factors of dropout; empty without dropout.
    std::vector<float> error;   ///< n x outputs: derivative of the loss before the activation.
  };

  void forward(std::span<const float> inputs, float dropout, Random* random);
  void activate(Layer& layer, float dropout, Random* random) const;
  void backward(std::span<const float> inputs, std::span<const int> labels);
  void pass_back(Layer& from, Layer& to) const;
  static void descend(Layer& layer, const Step& step);

  Activation activation_;
  std::vector<Layer> layers_;
};

}  // namespace digits
