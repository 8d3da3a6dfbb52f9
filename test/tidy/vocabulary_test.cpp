// Compares the names that peers, journals and files contain with a recorded list: wire names with
// their fields in order, and the texts of enumerators. Old journals and older peers depend on them.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <regex>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace troupe {
namespace {

BOOST_AUTO_TEST_SUITE(vocabulary)

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The string literals in `text`, separated by spaces. `pattern` has one group: the literal.
std::string literals(const std::string& text, const std::regex& pattern) {
  std::string all;
  for (std::sregex_iterator found(text.begin(), text.end(), pattern), end; found != end; ++found)
    all += " " + found->str(1);
  return all;
}

/// One line for each description of fields and each list of enumerators in a source text.
std::vector<std::string> names_in(const std::string& source) {
  static const std::regex start(R"(\bwire_name =\s*"([\w.]+)\"|\bfields\(auto|\benum_names\(\w)");
  static const std::regex field_name(R"(\bfield\(\s*"(\w+)\")");
  static const std::regex quoted(R"re("([^"\n]*)")re");
  std::vector<std::string> names;
  std::string wire_name = "-";
  for (std::sregex_iterator found(source.begin(), source.end(), start), end; found != end;
       ++found) {
    if ((*found)[1].matched) {
      wire_name = found->str(1);
      continue;
    }
    const auto at = static_cast<std::size_t>(found->position());
    const auto open = source.find_first_of("{;", at);
    // Calls and mentions have no body.
    if (open == std::string::npos || source[open] != '{') continue;
    std::size_t close = open;
    for (int depth = 0; close < source.size(); ++close) {
      depth += source[close] == '{' ? 1 : source[close] == '}' ? -1 : 0;
      if (depth == 0) break;
    }
    const std::string body = source.substr(open, close - open);
    if (source.compare(at, 6, "fields") == 0) {
      names.push_back("message " + wire_name + ":" + literals(body, field_name));
      wire_name = "-";
    } else if (const std::string texts = literals(body, quoted); !texts.empty()) {
      names.push_back("enum:" + texts);
    }
  }
  return names;
}

/// Calls `use` with the text of each source of the product.
void for_each_source(const std::function<void(const std::string&)>& use) {
  for (const char* folder : {"runtime", "transport", "schedulers", "actors"})
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(TROUPE_ROOT) / folder)) {
      const auto extension = entry.path().extension();
      if (extension == ".hpp" || extension == ".cpp") use(text_of(entry.path()));
    }
}

std::vector<std::string> names_of_the_tree() {
  std::vector<std::string> names;
  for_each_source([&](const std::string& source) {
    std::ranges::copy(names_in(source), std::back_inserter(names));
  });
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> recorded_names() {
  std::ifstream in(fs::path(TROUPE_ROOT) / "test/tidy/vocabulary.txt");
  std::vector<std::string> names;
  for (std::string line; std::getline(in, line);) names.push_back(line);
  return names;
}

BOOST_AUTO_TEST_CASE(a_scan_finds_messages_nested_messages_and_enumerators) {
  const std::string source = R"cpp(
    struct A {
      static constexpr std::string_view wire_name = "Alpha";
      static auto fields(auto& m) { return std::tuple{field("x", m.x), field("y", m.y)}; }
    };
    struct B {
      static auto fields(auto&) { return no_fields(); }
    };
    constexpr std::array<std::string_view, 2> enum_names(E) {
      return {"one", "two"};
    }
    const auto names = enum_names(value);
  )cpp";
  const std::vector<std::string> expected{"message Alpha: x y", "message -:", "enum: one two"};
  BOOST_TEST(names_in(source) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(names_on_the_wire_and_in_journals_are_the_recorded_ones) {
  const auto recorded = recorded_names();
  const auto names = names_of_the_tree();
  BOOST_TEST_REQUIRE(recorded.size() > 100u);
  std::vector<std::string> lost;
  std::vector<std::string> added;
  std::ranges::set_difference(recorded, names, std::back_inserter(lost));
  std::ranges::set_difference(names, recorded, std::back_inserter(added));
  for (const auto& name : lost)
    BOOST_ERROR("lost: " << name << "\nOlder journals and peers use it: restore it.");
  for (const auto& name : added)
    BOOST_ERROR("added: " << name << "\nIf that is intended, add the line to "
                          << "test/tidy/vocabulary.txt (sorted by LC_ALL=C).");
}

/// Each message of a source text: "C++ name: wire name".
std::vector<std::string> messages_in(const std::string& source) {
  static const std::regex named(
      R"re(\bstruct (\w+)[^;{}]*\{(?:\s*///[^\n]*\n)*\s*static constexpr std::string_view wire_name =\s*"([\w.]+)")re");
  std::vector<std::string> messages;
  for (std::sregex_iterator found(source.begin(), source.end(), named), end; found != end; ++found)
    messages.push_back(found->str(1) + ": " + found->str(2));
  return messages;
}

BOOST_AUTO_TEST_CASE(a_wire_name_is_the_cpp_name_after_the_prefix_and_is_unique) {
  std::vector<std::string> wire_names;
  for_each_source([&](const std::string& source) {
    for (const std::string& message : messages_in(source)) {
      const std::string name = message.substr(0, message.find(':'));
      const std::string wire_name = message.substr(message.find(' ') + 1);
      BOOST_TEST(wire_name.substr(wire_name.rfind('.') + 1) == name);
      BOOST_TEST(std::ranges::count(wire_names, wire_name) == 0, "twice: " << wire_name);
      wire_names.push_back(wire_name);
    }
  });
  BOOST_TEST(wire_names.size() > 90u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe
