#pragma once

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

namespace troupe::schedulers::test {

/// The reference's numbers: those of this tree, then, where it exists, the reference's file.
inline std::vector<nlohmann::json> all_fixtures() {
  namespace fs = std::filesystem;
  const auto parsed = [](const fs::path& path) {
    std::ifstream in(path);
    return nlohmann::json::parse(in);
  };
  const char* given = std::getenv("TROUPE_REFERENCE_DIR");  // NOLINT(concurrency-mt-unsafe)
  const fs::path whole = fs::path(given != nullptr ? given : TROUPE_ROOT "/../shared") / "traces" /
                         "mobster_fixtures.json";
  std::vector<nlohmann::json> all{
      parsed(TROUPE_ROOT "/test/unit/schedulers/surrogate_vectors.json")};
  if (fs::exists(whole))
    all.push_back(parsed(whole));
  else
    std::cerr << "SKIPPED: no " << whole << "; set TROUPE_REFERENCE_DIR\n";
  return all;
}

/// Whether numbers agree to `share` of the largest magnitude among them.
inline void agree(const std::vector<double>& found, const std::vector<double>& expected,
                  double share, const std::string& what) {
  BOOST_REQUIRE_MESSAGE(found.size() == expected.size(), what);
  double scale = 0;
  for (const double one : expected) scale = std::max(scale, std::abs(one));
  for (std::size_t i = 0; i < found.size(); ++i)
    BOOST_TEST(std::abs(found[i] - expected[i]) <= share * scale,
               what << " " << i << ": " << found[i] << ", expected " << expected[i]);
}

}  // namespace troupe::schedulers::test
