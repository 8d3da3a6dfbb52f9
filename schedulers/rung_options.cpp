#include "schedulers/rung_options.hpp"

#include <string>

namespace troupe::schedulers {

void check_rung_bounds(Resource grace_period, Resource max_resource,
                       std::vector<OptionProblem>& found) {
  if (grace_period < grace_period_option.least)
    found.push_back({"grace_period", "grace_period is " + std::to_string(grace_period) +
                                         "; the lowest rung is at 1 or higher"});
  if (max_resource <= grace_period)
    found.push_back({"max_resource", "the maximum resource is " + std::to_string(max_resource) +
                                         "; it must be more than grace_period, which is " +
                                         std::to_string(grace_period)});
}

void check_brackets(std::uint32_t brackets, std::vector<OptionProblem>& found) {
  if (brackets < brackets_option.least)
    found.push_back({"brackets", "brackets is 0; there is one bracket at least"});
}

OptionProblem single_bracket(std::string_view method, std::string_view several) {
  return {"brackets", std::string(method) + " has one bracket; several are " +
                          std::string(several) + ". Take that name, or leave 'brackets' out"};
}

}  // namespace troupe::schedulers
