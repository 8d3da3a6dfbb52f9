#include "actors/study_file/problem.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>

#include "actors/utf8.hpp"

namespace troupe::actors {
namespace {

constexpr std::size_t source_width_max = 160;  ///< Bytes; longer lines are not shown.

/// Damerau-Levenshtein distance of two words, where case and `-` versus `_` do not matter.
std::size_t distance(std::string_view a, std::string_view b) {
  const auto same = [](char x, char y) {
    const auto plain = [](char c) {
      return c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    };
    return plain(x) == plain(y);
  };
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min(
          {last[j] + 1, row[j - 1] + 1, last[j - 1] + (same(a[i - 1], b[j - 1]) ? 0U : 1U)});
      if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = std::exchange(last, row);
  }
  return last[b.size()];
}

/// White space as wide as the first `column` - 1 characters of the line; a tab stays a tab.
std::string indentation(std::string_view line, std::size_t column) {
  std::string spaces;
  for (const char c : line) {
    if (is_utf8_continuation(c)) continue;
    if (spaces.size() + 1 >= column) break;
    spaces += c == '\t' ? '\t' : ' ';
  }
  return spaces;
}

}  // namespace

std::string to_text(const Problem& problem) {
  std::string text = problem.file;
  if (problem.at.line > 0)
    text += ':' + std::to_string(problem.at.line) + ':' + std::to_string(problem.at.column);
  text += problem.severity == Problem::Severity::error ? ": error: " : ": warning: ";
  text += problem.message + '\n';
  if (problem.source.empty() || problem.source.size() > source_width_max) return text;
  const std::string number = std::to_string(problem.at.line);
  text += "  " + number + " | " + problem.source + '\n';
  text += "  " + std::string(number.size(), ' ') + " | " +
          indentation(problem.source, problem.at.column) + "^\n";
  return text;
}

ProblemList::ProblemList(std::string file, std::string_view text) : file_(std::move(file)) {
  text = without_byte_order_mark(text);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines_.emplace_back(text.substr(0, end));
    if (lines_.back().ends_with('\r')) lines_.back().pop_back();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void ProblemList::error(Position at, std::string message) {
  ++errors_;
  add(Problem::Severity::error, at, std::move(message));
}

void ProblemList::warning(Position at, std::string message) {
  add(Problem::Severity::warning, at, std::move(message));
}

void ProblemList::advice(Position at, std::string message) {
  add(Problem::Severity::advice, at, std::move(message));
}

void ProblemList::add(Problem::Severity severity, Position at, std::string message) {
  std::string source;
  if (at.line >= 1 && at.line <= lines_.size()) source = lines_[at.line - 1];
  problems_.push_back({severity, file_, at, std::move(message), std::move(source)});
}

std::vector<Problem> ProblemList::sorted() const {
  std::vector<Problem> problems = problems_;
  std::ranges::stable_sort(problems, {}, &Problem::at);
  return problems;
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& names) {
  constexpr std::size_t word_size_max = 64;  // Bounds the work for absurd input.
  if (word.size() > word_size_max) return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view name : names)
    if (const std::size_t d = distance(word, name); d < best_distance) {
      best = name;
      best_distance = d;
    }
  if (!best.empty() || word.size() < 4) return best;
  for (const std::string_view name : names)  // As `workers` for `n_workers`.
    if (name.find(word) != name.npos || (name.size() >= 4 && word.find(name) != word.npos))
      return name;
  return best;
}

std::string suggestion(std::string_view word, const std::vector<std::string_view>& names,
                       std::string_view what) {
  const std::string_view meant = nearest(word, names);
  std::string text;
  if (!meant.empty()) text += "; did you mean '" + std::string(meant) + "'?";
  if (!names.empty()) text += " (" + std::string(what) + ": " + joined(names) + ")";
  return text;
}

std::string joined(const std::vector<std::string_view>& names) {
  std::string text;
  for (const std::string_view name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

}  // namespace troupe::actors
