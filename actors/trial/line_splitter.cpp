#include "actors/trial/line_splitter.hpp"

#include <algorithm>

namespace troupe::actors {

void LineSplitter::feed(std::string_view bytes, const OnLine& on_line) {
  while (!bytes.empty()) {
    const auto end = bytes.find_first_of("\n\r");
    append(bytes.substr(0, end));
    if (end == bytes.npos) return;
    emit(on_line);
    bytes.remove_prefix(end + 1);
  }
}

void LineSplitter::finish(const OnLine& on_line) {
  emit(on_line);
}

void LineSplitter::append(std::string_view bytes) {
  const std::size_t room = line_max - line_.size();
  if (bytes.size() > room) whole_ = Whole::cut;
  line_.append(bytes.substr(0, room));
}

void LineSplitter::emit(const OnLine& on_line) {
  if (!line_.empty()) on_line(line_, whole_);
  line_.clear();
  whole_ = Whole::yes;
}

}  // namespace troupe::actors
