#include "actors/study_file/document.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <utility>
#include <variant>

// The only file that uses yaml-cpp. It uses the events of yaml-cpp: the nodes lose repeated keys
// and type scalars by YAML 1.1.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "actors/json.hpp"
#include "actors/study_file/surrogate_pairs.hpp"
#include "actors/utf8.hpp"

namespace troupe::actors {
namespace {

constexpr std::size_t text_size_max = 1 << 20;
constexpr std::size_t depth_max = 32;  ///< Of nested collections; study files use six.

/// Thrown to stop the parser at valid YAML that study files do not support.
struct Refusal {
  Position at;
  std::string what;
};

class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const YamlText& text) : text_(text.text), shifts_(text.shifts) {
    lines_from(text_);
  }

  Element root;
  std::vector<std::pair<Position, std::string>> complaints;

  [[nodiscard]] Position position(const YAML::Mark& mark) const {
    if (mark.is_null()) return {1, 1};
    const auto line = static_cast<std::size_t>(std::max(mark.line, 0));
    const auto bytes = static_cast<std::size_t>(std::max(mark.column, 0));
    if (line >= lines_.size()) return {line + 1, bytes + 1};
    const std::string_view before = lines_[line].substr(0, bytes);
    std::size_t column = bytes + 1 - (before.size() - utf8_columns(before));
    for (const YamlText::Shift& shift : shifts_)
      if (shift.line == line && shift.column < bytes) column += shift.columns;
    return {line + 1, column};
  }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { add({.at = position(mark)}); }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refusal{position(mark), "an alias (*name) is not supported; repeat the value"};
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    Element scalar{.at = position(mark), .text = value};
    if (is_never_closed(mark)) throw Refusal{scalar.at, "a quote is opened here and never closed"};
    if (tag == "?" || tag.empty())
      scalar.scalar = plain_scalar(value);
    else if (tag == "!" || tag == "tag:yaml.org,2002:str")
      scalar.scalar = value;
    else
      throw Refusal{scalar.at, "a tag (!name) is not supported; leave it out"};
    add(std::move(scalar));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open({.kind = Element::Kind::sequence, .at = position(mark)});
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    open({.kind = Element::Kind::mapping, .at = position(mark)});
  }
  void OnMapEnd() override { close(); }

 private:
  /// A collection that is being read, and the key that waits for its value.
  struct Open {
    Element element;
    std::optional<Member> member;
    std::map<std::string, std::size_t> lines;  ///< Of the keys so far.
  };

  void open(Element element) {
    if (open_.size() == depth_max) throw Refusal{element.at, "lists and mappings nest too deep"};
    open_.push_back({std::move(element), std::nullopt, {}});
  }

  void close() {
    Element element = std::move(open_.back().element);
    open_.pop_back();
    add(std::move(element));
  }

  void add(Element element) {
    if (open_.empty()) {
      root = std::move(element);
      return;
    }
    Open& parent = open_.back();
    if (parent.element.kind == Element::Kind::sequence)
      parent.element.items.push_back(std::move(element));
    else if (parent.member)
      add_value(parent, std::move(element));
    else
      add_key(parent, std::move(element));
  }

  static void add_key(Open& parent, Element element) {
    if (element.kind != Element::Kind::scalar || element.is_nothing())
      throw Refusal{element.at, "a key must be a word; found " + describe(element)};
    parent.member = Member{element.text, element.at, {}};
  }

  void add_value(Open& parent, Element element) {
    if (element.is_nothing()) element.at = parent.member->at;  // yaml-cpp reports a later line.
    parent.member->value = std::move(element);
    const auto [first, is_new] = parent.lines.emplace(parent.member->key, parent.member->at.line);
    if (!is_new)
      complaints.emplace_back(parent.member->at, "the key '" + parent.member->key +
                                                     "' appears twice; first in line " +
                                                     std::to_string(first->second));
    else
      parent.element.members.push_back(std::move(*parent.member));
    parent.member.reset();
  }

  void lines_from(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      lines_.push_back(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  /// Whether the quote at `mark` is never closed: yaml-cpp accepts the end of the file instead.
  [[nodiscard]] bool is_never_closed(const YAML::Mark& mark) const {
    if (mark.is_null() || mark.line < 0 || static_cast<std::size_t>(mark.line) >= lines_.size())
      return false;
    const std::string_view line = lines_[static_cast<std::size_t>(mark.line)];
    const auto start = static_cast<std::size_t>(line.data() - text_.data()) +
                       static_cast<std::size_t>(std::max(mark.column, 0));
    if (start >= text_.size() || (text_[start] != '"' && text_[start] != '\'')) return false;
    const char quote = text_[start];
    for (std::size_t i = start + 1; i < text_.size(); ++i) {
      if (quote == '"' && text_[i] == '\\')
        ++i;
      else if (text_[i] == quote && quote == '\'' && text_.substr(i + 1).starts_with(quote))
        ++i;  // A quote in the text.
      else if (text_[i] == quote)
        return false;
    }
    return true;
  }

  std::string_view text_;
  const std::vector<YamlText::Shift>& shifts_;
  std::vector<Open> open_;
  std::vector<std::string_view> lines_;
};

/// Position of a tab in the indentation of the line with an error; none if there is no tab.
std::optional<Position> tab_before(std::string_view text, Position error) {
  for (std::size_t line = 1; line < error.line; ++line)
    text.remove_prefix(std::min(text.find('\n') + 1, text.size()));
  const std::string_view indentation = text.substr(0, text.find_first_not_of(" \t"));
  const std::size_t tab = indentation.find('\t');
  if (tab == indentation.npos) return std::nullopt;
  return Position{error.line, tab + 1};
}

/// The message of yaml-cpp, with its usual cause.
std::string explain(const std::string& message) {
  struct Cause {
    std::string_view message, cause;
  };
  constexpr std::array<Cause, 9> causes{{
      {"end of map not found", "check that keys of one mapping start in the same column"},
      {"end of map flow not found", "a { has no }, or a comma is missing"},
      {"end of sequence flow not found", "a [ has no ], or a comma is missing"},
      {"end of sequence not found", "check that the dashes of one list start in the same column"},
      {"illegal map value", "a text that contains ': ' needs quotes; or a line has two keys"},
      {"illegal block entry", "a list's '- ' starts on a line of its own"},
      {"illegal EOF in scalar", "a quote is opened and not closed"},
      {"illegal flow end", "a } or ] is of the wrong kind, or closes nothing"},
      {"illegal tab when looking for indentation", "indent with spaces; YAML allows no tabs"},
  }};
  for (const Cause& cause : causes)
    if (message == cause.message)
      return "this is not valid YAML: " + message + "; " + std::string(cause.cause);
  return "this is not valid YAML: " + message;
}

/// Offset of the first byte that is not UTF-8 or is a control character; none if there is none.
std::optional<std::size_t> bad_byte(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') return i;
    const std::size_t length = byte < 0x80              ? 1
                               : (byte & 0xE0U) == 0xC0 ? 2
                               : (byte & 0xF0U) == 0xE0 ? 3
                               : (byte & 0xF8U) == 0xF0 ? 4
                                                        : 0;
    if (length == 0 || i + length > text.size()) return i;
    for (std::size_t k = 1; k < length; ++k)
      if (!is_utf8_continuation(text[i + k])) return i;
    i += length;
  }
  return std::nullopt;
}

Position position_of(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, byte);
  const auto lines = std::ranges::count(before, '\n');
  const std::size_t start = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
  return {static_cast<std::size_t>(lines) + 1, byte - start + 1};
}

std::string key_text(const std::string& key) {
  const bool plain =
      std::ranges::all_of(key, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; }) &&
      !key.empty() && std::holds_alternative<std::string>(plain_scalar(key));
  return plain ? key : json_string(key);
}

/// The element in YAML's flow style, on one line.
std::string flow(const Element& element) {
  if (element.kind == Element::Kind::scalar) {
    const auto* text = element.as<std::string>();
    if (text != nullptr) return json_string(*text);
    return element.is_nothing() ? "null" : element.text;
  }
  std::string text;
  for (const Element& item : element.items) text += (text.empty() ? "" : ", ") + flow(item);
  if (element.kind == Element::Kind::sequence) return "[" + text + "]";
  for (const Member& member : element.members)
    text += (text.empty() ? "" : ", ") + key_text(member.key) + ": " + flow(member.value);
  return "{" + text + "}";
}

}  // namespace

std::optional<double> Element::number() const {
  if (const auto* whole = as<std::int64_t>()) return static_cast<double>(*whole);
  if (const auto* real = as<double>()) return *real;
  return std::nullopt;
}

std::string describe(const Element& element) {
  constexpr std::size_t shown_max = 40;
  if (element.kind == Element::Kind::sequence) return "a list";
  if (element.kind == Element::Kind::mapping) return "a mapping";
  if (element.is_nothing()) return "nothing";
  std::string shown = element.text.substr(0, shown_max);
  if (shown.size() < element.text.size()) shown += "...";
  if (element.as<std::string>()) return "the text '" + shown + "'";
  if (element.as<bool>()) return shown;
  return "the number " + shown;
}

std::optional<Element> parse_document(std::string_view source, ProblemList& problems) {
  const std::string_view text = without_byte_order_mark(source);
  if (text.size() > text_size_max) {
    problems.error({}, "the file is larger than 1 MiB; is it a study file?");
    return std::nullopt;
  }
  if (const auto byte = bad_byte(text)) {
    problems.error(position_of(text, *byte), "this is not text in UTF-8");
    return std::nullopt;
  }
  const YamlText yaml = with_joined_surrogates(text);
  TreeBuilder builder(yaml);
  try {  // yaml-cpp throws on a syntax error.
    std::istringstream in(yaml.text);
    YAML::Parser parser(in);
    if (!parser.HandleNextDocument(builder)) {
      problems.error({}, "the file is empty; `troupe validate --template` prints a study file");
      return std::nullopt;
    }
    TreeBuilder second(yaml);
    if (parser.HandleNextDocument(second))
      problems.error(second.root.at, "a second document starts here; a study file has one");
  } catch (const YAML::Exception& error) {
    const Position at = builder.position(error.mark);
    if (const auto tab = tab_before(text, at))
      problems.error(*tab, "a tab indents this line; YAML allows spaces only");
    else
      problems.error(at, explain(error.msg));
    return std::nullopt;
  } catch (const Refusal& refusal) {
    problems.error(refusal.at, refusal.what);
    return std::nullopt;
  }
  for (auto& [at, what] : builder.complaints) problems.error(at, std::move(what));
  return std::move(builder.root);
}

std::string to_yaml(const Element& root) {
  std::string text;
  for (const Member& member : root.members) {
    text += key_text(member.key) + ":";
    const bool nested =
        member.value.kind == Element::Kind::mapping && !member.value.members.empty();
    if (!nested) {
      text += " " + flow(member.value) + "\n";
      continue;
    }
    text += "\n";
    for (const Member& inner : member.value.members)
      text += "  " + key_text(inner.key) + ": " + flow(inner.value) + "\n";
  }
  return text;
}

std::optional<std::string> read_text(const std::filesystem::path& path, ProblemList& problems) {
  std::error_code ignored;
  std::ifstream in(path, std::ios::binary);
  const bool is_folder = std::filesystem::is_directory(path, ignored);
  if (in.is_open() && !is_folder)
    return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  problems.error({}, is_folder ? "this is a folder; name the study file in it"
                     : std::filesystem::exists(path, ignored) ? "the file cannot be read"
                                                              : "there is no such file");
  return std::nullopt;
}

Error refusal(const ProblemList& problems) {
  std::string what = "the study file makes no sense:";
  for (const Problem& problem : problems.sorted()) what += "\n" + to_text(problem);
  return {ErrorKind::bad_input, what};
}

Result<WrittenStudy> read_written(const std::filesystem::path& file) {
  ProblemList problems(file.string(), "");
  auto text = read_text(file, problems);
  if (!text) return refusal(problems);
  return read_written_text(std::move(*text), file);
}

Result<WrittenStudy> read_written_text(std::string text, const std::filesystem::path& file) {
  ProblemList problems(file.string(), text);
  auto root = parse_document(text, problems);
  if (root && root->is_nothing())
    problems.error({}, "the file is empty; `troupe validate --template` prints a study file");
  if (!root || problems.has_errors()) return refusal(problems);
  WrittenStudy written{.file = file, .source = text, .root = std::move(*root), .text = {}};
  written.text = std::move(text);
  return written;
}

}  // namespace troupe::actors
