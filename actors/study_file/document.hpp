#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/study_file/problem.hpp"
#include "actors/study_file/scalar.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

struct Member;

/// A value of a YAML document, with its position in the text.
struct Element {
  enum class Kind { scalar, sequence, mapping };
  Kind kind = Kind::scalar;
  Position at;
  Scalar scalar;                ///< Kind::scalar.
  std::string text;             ///< Kind::scalar: its characters in the file, without quotes.
  std::vector<Element> items;   ///< Kind::sequence.
  std::vector<Member> members;  ///< Kind::mapping; keys differ.

  template <typename T>
  [[nodiscard]] const T* as() const {
    return kind == Kind::scalar ? std::get_if<T>(&scalar) : nullptr;
  }
  [[nodiscard]] bool is_nothing() const { return as<std::monostate>() != nullptr; }
  /// The value of an integer or a real number.
  [[nodiscard]] std::optional<double> number() const;
};

struct Member {
  std::string key;
  Position at;  ///< Of the key.
  Element value;
};

/// Describes a value in a message: "the number 5", "the text 'no'", "a list", "nothing".
[[nodiscard]] std::string describe(const Element& element);

/// Reads one document of YAML or JSON. None: a syntax error was reported. A key that
/// appears twice is reported; its first value counts.
[[nodiscard]] std::optional<Element> parse_document(std::string_view text, ProblemList& problems);

/// Writes a document as YAML, with one line for each key of the two upper levels. Reading the text
/// gives an equal document.
[[nodiscard]] std::string to_yaml(const Element& root);

/// Reads a whole file. None: the reason was reported.
[[nodiscard]] std::optional<std::string> read_text(const std::filesystem::path& path,
                                                   ProblemList& problems);

/// A study file that was parsed but not checked, or one task of a sequence file in the form of a
/// study file.
struct WrittenStudy {
  std::filesystem::path file;
  std::string source;  ///< The whole file; positions in `root` refer to it.
  Element root;        ///< Anything but a mapping is refused later.
  std::string text;    ///< `root` as a study file; equal to `source` for a study file.
};

/// Parses a study file. The error is a message for the user, with line and column.
[[nodiscard]] Result<WrittenStudy> read_written(const std::filesystem::path& file);

/// Parses the text of a study file; `file` is the name in messages.
[[nodiscard]] Result<WrittenStudy> read_written_text(std::string text,
                                                     const std::filesystem::path& file);

/// The error of an unusable file: all its problems, one below the other.
[[nodiscard]] Error refusal(const ProblemList& problems);

}  // namespace troupe::actors
