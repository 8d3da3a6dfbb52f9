#pragma once

#include "actors/tables/rows.hpp"

namespace troupe::actors {

/// How configurations and rows of a table come together.
enum class Lookup {
  automatic,  ///< nearest if the study file has a config_space, rows if it has none.
  rows,       ///< The searcher draws rows of the table, each at most once: the space is the table.
  nearest,    ///< The searcher draws from config_space; the nearest row stands for what it draws.
};

struct LookupOptions {
  Lookup lookup = Lookup::automatic;
  Rows rows = Rows::all;
};

}  // namespace troupe::actors
