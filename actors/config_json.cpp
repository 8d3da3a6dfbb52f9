#include "actors/config_json.hpp"

#include "actors/json.hpp"
#include "schedulers/space/value.hpp"

namespace troupe::actors {
namespace {

std::string as_json(const schedulers::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return json_string(*text);
  if (const auto* number = std::get_if<double>(&value)) return json_number(*number);
  return schedulers::text_of(value);
}

}  // namespace

std::string config_json(const schedulers::Config& config) {
  std::string members;
  for (const auto& [name, value] : config)
    members += (members.empty() ? "" : ", ") + json_string(name) + ": " + as_json(value);
  return "{" + members + "}";
}

}  // namespace troupe::actors
