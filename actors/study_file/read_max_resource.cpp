#include "actors/study_file/read_max_resource.hpp"

#include <algorithm>

#include "actors/study_file/read_domain.hpp"
#include "actors/study_file/resource_max.hpp"

namespace troupe::actors {

using schedulers::Constant;

void read_max_resource(Section& top, const std::vector<std::string_view>& declared,
                       StudySpec& spec) {
  const auto max_t = top.whole("max_t", 1, resource_max);
  spec.max_t = max_t.value_or(0);
  const auto name = top.text("max_resource_attr");
  if (!top.has("max_resource_attr") && !top.has("max_t"))
    (void)top.require("max_t",
                      "the most resource (epochs, say) that a trial may use; or "
                      "max_resource_attr, the constant of config_space that says so");
  if (!name) return;
  spec.max_resource_attr = *name;
  if (std::ranges::find(declared, *name) == declared.end())
    return top.error("max_resource_attr", "'max_resource_attr' names '" + *name +
                                              "', which is no parameter of config_space" +
                                              suggestion(*name, declared, "parameters"));
  const auto* parameter = spec.config_space.find(*name);
  if (parameter == nullptr) return;  // Its domain was reported already.
  const auto* constant = std::get_if<Constant>(&parameter->domain);
  const auto* value = constant ? std::get_if<std::int64_t>(&constant->value) : nullptr;
  if (value == nullptr || *value < 1 || *value > resource_max)
    return top.error("max_resource_attr",
                     "'max_resource_attr' must name a constant that is a whole number above 0, "
                     "such as `" +
                         *name + ": 81`; '" + *name + "' is " + to_text(parameter->domain));
  spec.max_t = *value;
  if (!max_t || *max_t == *value) return;
  spec.max_t = 0;  // Nobody knows: no advice is built on it.
  top.error("max_t", "'max_t' is " + std::to_string(*max_t) + ", but '" + *name +
                         "' (max_resource_attr) is " + std::to_string(*value) + "; leave one out");
}

}  // namespace troupe::actors
