// Trains a small neural network on handwritten digits. The program does not depend on Troupe: it
// takes its hyperparameters as arguments, prints one line per epoch, and resumes from its
// checkpoint if there is one. A run that is interrupted after any epoch and restarted prints
// exactly the lines of the uninterrupted run.

#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

#include <unistd.h>

#include "network.hpp"

namespace digits {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t pixels = 64;
constexpr std::string_view usage =
    "usage: digits_train --data FILE [--epochs 243] [--lr 0.01] [--momentum 0.9]\n"
    "  [--batch_size 32] [--units 64] [--layers 1] [--activation relu|tanh] [--dropout 0]\n"
    "  [--weight_decay 0] [--seed 0] [--checkpoint_dir DIR]\n";

struct Options {
  Shape shape;
  Step step;
  std::size_t batch_size = 32;
  int epochs = 243;
  std::uint64_t seed = 0;
  fs::path data;
  fs::path checkpoint_dir;  ///< Empty: no checkpoints.
};

/// Parses a complete argument as a number within bounds.
template <typename T>
T number(std::string_view name, std::string_view text, T low, T high) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(low <= value && value <= high))
    throw std::runtime_error("--" + std::string(name) + " is '" + std::string(text) +
                             "'; expected a number from " + std::to_string(low) + " to " +
                             std::to_string(high));
  return value;
}

void set(Options& options, std::string_view name, std::string_view text) {
  if (name == "lr") {
    options.step.lr = number<float>(name, text, 0, 1000);
  } else if (name == "momentum") {
    options.step.momentum = number<float>(name, text, 0, 1);
  } else if (name == "weight_decay") {
    options.step.weight_decay = number<float>(name, text, 0, 1000);
  } else if (name == "dropout") {
    options.step.dropout = number<float>(name, text, 0, 0.99F);
  } else if (name == "batch_size") {
    options.batch_size = number<std::size_t>(name, text, 1, 100'000);
  } else if (name == "units") {
    options.shape.units = number<std::size_t>(name, text, 1, 4096);
  } else if (name == "layers") {
    options.shape.layers = number<std::size_t>(name, text, 0, 16);
  } else if (name == "activation") {
    if (text != "relu" && text != "tanh")
      throw std::runtime_error("--activation is '" + std::string(text) + "'; expected relu, tanh");
    options.shape.activation = text == "relu" ? Activation::relu : Activation::tanh;
  } else if (name == "epochs") {
    options.epochs = number<int>(name, text, 0, 1'000'000);
  } else if (name == "seed") {
    options.seed = number<std::uint64_t>(name, text, 0, UINT64_MAX);
  } else if (name == "data") {
    options.data = text;
  } else if (name == "checkpoint_dir" || name == "st_checkpoint_dir") {
    options.checkpoint_dir = text;
  } else {
    throw std::runtime_error("unknown argument --" + std::string(name) + "\n" + std::string(usage));
  }
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    std::string_view argument = argv[i];
    if (!argument.starts_with("--"))
      throw std::runtime_error("expected --NAME VALUE, found '" + std::string(argument) + "'\n" +
                               std::string(usage));
    argument.remove_prefix(2);
    if (const auto equals = argument.find('='); equals != std::string_view::npos)
      set(options, argument.substr(0, equals), argument.substr(equals + 1));
    else if (++i < argc)
      set(options, argument, argv[i]);
    else
      throw std::runtime_error("--" + std::string(argument) + " lacks its value");
  }
  if (options.data.empty()) throw std::runtime_error(std::string(usage));
  return options;
}

struct Digits {
  std::vector<float> inputs;  ///< n x 64, each in [0, 1].
  std::vector<int> labels;
};

/// Lines of `label,pixel,...` with pixels of 0 to 16. Every fourth digit is for validation.
void read(const fs::path& path, Digits& training, Digits& validation) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  std::size_t count = 0;
  for (std::string line; std::getline(in, line); ++count) {
    Digits& part = count % 4 == 3 ? validation : training;
    const char* at = line.data();
    for (std::size_t i = 0; i <= pixels; ++i) {
      int value = -1;
      const auto [end, error] = std::from_chars(at, line.data() + line.size(), value);
      if (error != std::errc{} || value < 0 || value > (i == 0 ? 9 : 16))
        throw std::runtime_error(path.string() + ":" + std::to_string(count + 1) +
                                 ": expected a digit and 64 pixels of 0 to 16");
      if (i == 0)
        part.labels.push_back(value);
      else
        part.inputs.push_back(static_cast<float>(value) / 16);
      at = end + 1;
    }
  }
  if (validation.labels.empty()) throw std::runtime_error(path.string() + " has too few digits");
}

/// One pass over the digits in a new order, which depends on seed and epoch alone. Hence a resumed
/// run repeats the epochs of the uninterrupted run.
void train_epoch(Network& network, const Digits& digits, const Options& options, int epoch) {
  Random random(options.seed, static_cast<std::uint64_t>(epoch));
  std::vector<std::size_t> order(digits.labels.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);

  std::vector<float> inputs;
  std::vector<int> labels;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const float* digit = digits.inputs.data() + order[i] * pixels;
    inputs.insert(inputs.end(), digit, digit + pixels);
    labels.push_back(digits.labels[order[i]]);
    if (labels.size() < options.batch_size && i + 1 < order.size()) continue;
    network.train(inputs, labels, options.step, random);
    inputs.clear();
    labels.clear();
  }
}

double error_on(Network& network, const Digits& digits) {
  const std::vector<int> found = network.classify(digits.inputs);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < found.size(); ++i) wrong += found[i] != digits.labels[i] ? 1 : 0;
  return static_cast<double>(wrong) / static_cast<double>(found.size());
}

/// Replaces the checkpoint atomically: a program that is killed meanwhile leaves the previous one.
/// Not synced: a power cut may cost an epoch or a trial, not the study.
void save(const Network& network, const fs::path& folder, int epoch) {
  fs::create_directories(folder);
  const fs::path unfinished = folder / "network.bin.unfinished";
  std::ofstream out(unfinished, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(&epoch), sizeof epoch);
  network.save(out);
  out.close();
  if (!out) throw std::runtime_error("cannot write " + unfinished.string());
  fs::rename(unfinished, folder / "network.bin");
}

/// The epoch of the checkpoint; 0 without a checkpoint.
int load(Network& network, const fs::path& folder) {
  const fs::path path = folder / "network.bin";
  std::ifstream in(path, std::ios::binary);
  if (!in) return 0;
  int epoch = 0;
  if (!in.read(reinterpret_cast<char*>(&epoch), sizeof epoch) || !network.load(in))
    throw std::runtime_error(path.string() + " was saved by another configuration");
  return epoch;
}

void run(const Options& options) {
  Digits training, validation;
  read(options.data, training, validation);
  Random random(options.seed, 0);
  Network network(options.shape, random);
  const bool keep = !options.checkpoint_dir.empty();
  int epoch = keep ? load(network, options.checkpoint_dir) : 0;
  while (epoch < options.epochs) {
    train_epoch(network, training, options, ++epoch);
    const double error = error_on(network, validation);
    // Checkpoint before report: the reader of the report may end this program at once.
    if (keep) save(network, options.checkpoint_dir, epoch);
    std::printf("[tune-metric]: {\"epoch\": %d, \"val_error\": %.6f}\n", epoch, error);
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace digits

int main(int argc, char** argv) {
  try {
    digits::run(digits::parse(argc, argv));
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "digits_train: " << error.what() << '\n';
    return 1;
  }
}
