#include "actors/tables/json_file.hpp"

#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "actors/tables/table_error.hpp"

namespace troupe::actors {

Result<Element> read_json_object(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in.is_open())
    return table_error(file, "no such file", "it in the folder of every table",
                       "name the table's own folder, or convert the table again");
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  ProblemList problems(file.string(), text);
  auto element = parse_document(text, problems);
  if (problems.has_errors() || !element) {
    const auto sorted = problems.sorted();
    return table_error(file, sorted.empty() ? "an empty file" : "no JSON:\n" + to_text(sorted[0]),
                       "a JSON object", "correct it there, or convert the table again");
  }
  if (element->kind != Element::Kind::mapping)
    return table_error(file, describe(*element), "a JSON object", "convert the table again");
  return std::move(*element);
}

const Element* member(const Element& mapping, std::string_view key) {
  for (const Member& one : mapping.members)
    if (one.key == key) return &one.value;
  return nullptr;
}

}  // namespace troupe::actors
