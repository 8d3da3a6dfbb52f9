#include "actors/study_file/document.hpp"

#include <algorithm>
#include <array>
#include <sstream>

// The one place that knows yaml-cpp: its events, not its nodes, for those lose repeated keys, and
// guess the types of scalars by YAML 1.1.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "actors/utf8.hpp"

namespace troupe::actors {
namespace {

constexpr std::size_t text_size_max = 1 << 20;
constexpr std::size_t depth_max = 32;  ///< A study file needs six.
constexpr std::size_t keys_max = 1000;

/// Stops the parser at something that is no syntax error of YAML, but nothing we read either.
struct Refusal {
  Position at;
  std::string what;
};

class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::string_view text) : text_(text) { lines_from(text); }

  Element root;
  std::vector<std::pair<Position, std::string>> complaints;

  [[nodiscard]] Position position(const YAML::Mark& mark) const {
    if (mark.is_null()) return {1, 1};
    const auto line = static_cast<std::size_t>(std::max(mark.line, 0));
    const auto bytes = static_cast<std::size_t>(std::max(mark.column, 0));
    if (line >= lines_.size()) return {line + 1, bytes + 1};
    const std::string_view before = lines_[line].substr(0, bytes);
    return {line + 1, bytes + 1 - (before.size() - utf8_columns(before))};
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
  /// A collection that is being read, and the key whose value comes next.
  struct Open {
    Element element;
    std::optional<Member> member;
  };

  void open(Element element) {
    if (open_.size() == depth_max) throw Refusal{element.at, "lists and mappings nest too deep"};
    open_.push_back({std::move(element), std::nullopt});
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
    if (parent.element.members.size() == keys_max)
      throw Refusal{parent.member->at, "a mapping has more than 1000 keys"};
    if (element.is_nothing()) element.at = parent.member->at;  // Where it would be is elsewhere.
    parent.member->value = std::move(element);
    const auto first = std::ranges::find(parent.element.members, parent.member->key, &Member::key);
    if (first != parent.element.members.end())
      complaints.emplace_back(parent.member->at, "the key '" + parent.member->key +
                                                     "' appears twice; first in line " +
                                                     std::to_string(first->at.line));
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

  /// yaml-cpp takes the end of the file for the missing quote.
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
  std::vector<Open> open_;
  std::vector<std::string_view> lines_;
};

/// Where a tab indents the line that an error is on. None: nowhere.
std::optional<Position> tab_before(std::string_view text, Position error) {
  for (std::size_t line = 1; line < error.line; ++line)
    text.remove_prefix(std::min(text.find('\n') + 1, text.size()));
  const std::string_view indentation = text.substr(0, text.find_first_not_of(" \t"));
  const std::size_t tab = indentation.find('\t');
  if (tab == indentation.npos) return std::nullopt;
  return Position{error.line, tab + 1};
}

/// yaml-cpp's sentence, and what usually causes it.
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

/// Where the text stops being UTF-8, or has a byte that no text file has. None: nowhere.
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

std::optional<Element> parse_document(std::string_view text, ProblemList& problems) {
  if (text.size() > text_size_max) {
    problems.error({}, "the file is larger than 1 MiB; is it a study file?");
    return std::nullopt;
  }
  if (const auto byte = bad_byte(text)) {
    problems.error(position_of(text, *byte), "this is not text in UTF-8");
    return std::nullopt;
  }
  TreeBuilder builder(text);
  try {  // yaml-cpp says so by exceptions.
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    if (!parser.HandleNextDocument(builder)) {
      problems.error({}, "the file is empty; `troupe validate --template` prints a study file");
      return std::nullopt;
    }
    TreeBuilder second(text);
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

}  // namespace troupe::actors
