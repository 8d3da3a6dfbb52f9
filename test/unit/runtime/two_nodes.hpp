#pragma once

#include <string>

#include "test/kit/probe.hpp"
#include "test/kit/test_world.hpp"

namespace troupe::runtime {

/// A head that listens and a node that has joined it.
struct TwoNodes {
  test::TestWorld world;
  test::TestNode head{world, 1, {.name = "head", .resources = {4, 1, 1000}}};
  test::TestNode node{world, 2, {.name = "node", .resources = {2, 0, 500}}};

  std::string address = head.node().listen("*").value();  ///< Where the head listens.

  TwoNodes() {
    (void)node.node().join(address, std::chrono::seconds(5)).value();
    world.run();
  }
};

}  // namespace troupe::runtime
