#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace troupe::actors::cluster {

/// A rare situation of a simulated study. A run of many seeds must get into each of them, or its
/// faults test less than they promise. The simulation sees them from outside of the product.
enum class Mark {
  unreported_checkpoint,  ///< A program is killed after it saved and before it reported.
  uncommitted_rows,       ///< A head is killed between adding rows and committing them.
  commit,                 ///< A head is killed while it commits.
  start,                  ///< A head is killed before its first row is durable.
  node_joins,             ///< A node is killed while it joins.
  head_joined,            ///< A head is killed while a node joins it.
  host,                   ///< A host is lost with the programs that run there.
  save,                   ///< A program is killed while it overwrites its checkpoint.
  unsynchronised,         ///< A loss of power tears a checkpoint, or takes it along.
  torn,                   ///< A program finds a checkpoint that it cannot read.
  copy,                   ///< A head or a node is killed while a checkpoint is copied.
  sick,                   ///< A node has no descriptor for a program, or may not write.
  forged,                 ///< A malicious node speaks for an attempt that another one runs.
};
constexpr std::array<std::string_view, 13> enum_names(Mark) {
  return {"unreported-checkpoint",
          "uncommitted-rows",
          "commit",
          "start",
          "node-joins",
          "head-joined",
          "host",
          "save",
          "unsynchronised",
          "torn",
          "copy",
          "sick",
          "forged"};
}

/// Every mark, in order.
inline constexpr auto all_marks = [] {
  std::array<Mark, enum_names(Mark{}).size()> marks{};
  for (std::size_t i = 0; i < marks.size(); ++i) marks[i] = static_cast<Mark>(i);
  return marks;
}();

/// How often each mark was hit.
class Coverage {
 public:
  void hit(Mark mark) { ++counts_[static_cast<std::size_t>(mark)]; }
  void add(const Coverage& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_.at(i) += other.counts_.at(i);
  }
  [[nodiscard]] std::uint64_t count(Mark mark) const {
    return counts_[static_cast<std::size_t>(mark)];
  }
  friend bool operator==(const Coverage&, const Coverage&) = default;

 private:
  std::array<std::uint64_t, enum_names(Mark{}).size()> counts_{};
};

}  // namespace troupe::actors::cluster
