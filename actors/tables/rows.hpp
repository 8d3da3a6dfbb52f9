#pragma once

namespace troupe::actors {

/// Which rows of a table count.
enum class Rows {
  all,      ///< One of which nothing was observed has diverged at once.
  trained,  ///< Only those of which something was observed.
};

}  // namespace troupe::actors
