#include "actors/study_file/read_checkpoints.hpp"

#include "actors/study_file/memory_size.hpp"

namespace troupe::actors {

namespace {

void read_keep(Section& section, CheckpointSpec& spec) {
  const Member* keep = section.find("keep");
  if (keep == nullptr) return;
  constexpr std::int64_t best_max = 1'000'000;
  const auto* word = keep->value.as<std::string>();
  const auto* number = keep->value.as<std::int64_t>();
  if (word != nullptr && *word == "all")
    spec.best_kept.reset();
  else if (word != nullptr && *word == "best")
    spec.best_kept = 1;
  else if (number != nullptr && *number >= 1 && *number <= best_max)
    spec.best_kept = static_cast<std::uint32_t>(*number);
  else
    section.error("keep",
                  "'checkpoints.keep' must be best, all, or how many of the best trials keep "
                  "theirs, from 1 on; found " +
                      describe(keep->value));
}

}  // namespace

void read_checkpoints(Section& top, StudySpec& spec) {
  Section section = top.section("checkpoints", checkpoints_keys());
  read_keep(section, spec.checkpoints);
  const Member* bytes_max = section.find("max_bytes");
  if (bytes_max == nullptr) return;
  const auto bytes = bytes_max->value.kind == Element::Kind::scalar
                         ? memory_size(bytes_max->value.text)
                         : std::nullopt;
  if (bytes && *bytes > 0)
    spec.checkpoints.bytes_max = *bytes;
  else
    section.error("max_bytes",
                  "'checkpoints.max_bytes' must be a size, such as 500M or 10G; found " +
                      describe(bytes_max->value));
}

}  // namespace troupe::actors
