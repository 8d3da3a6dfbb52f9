#include "runtime/schema.hpp"

#include <algorithm>
#include <utility>

namespace troupe::runtime {

Result<void> PeerSchemas::declare(TypeSchema schema) {
  const auto refuse = [](std::string what) { return Error{ErrorKind::bad_input, std::move(what)}; };
  const auto fits = [](const std::string& name) {
    return !name.empty() && name.size() <= name_bytes_max;
  };
  if (!fits(schema.type) || !std::ranges::all_of(schema.names, fits))
    return refuse("a peer declares a name of no or more than " + std::to_string(name_bytes_max) +
                  " bytes");
  if (schema.names.size() > fields_max)
    return refuse("a peer declares " + schema.type + " with " +
                  std::to_string(schema.names.size()) + " fields; the limit is " +
                  std::to_string(fields_max));
  if (const TypeSchema* known = find(schema.type)) {
    if (*known == schema) return {};
    return refuse("a peer declares " + schema.type + " twice, and differently");
  }
  if (types_.size() == types_max)
    return refuse("a peer declares more than " + std::to_string(types_max) + " types");
  std::string type = schema.type;
  types_.emplace(std::move(type), std::move(schema));
  return {};
}

const TypeSchema* PeerSchemas::find(std::string_view type) const {
  const auto found = types_.find(type);
  return found == types_.end() ? nullptr : &found->second;
}

}  // namespace troupe::runtime
