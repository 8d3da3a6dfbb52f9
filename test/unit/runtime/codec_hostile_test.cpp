#include <algorithm>
#include <cstdlib>
#include <new>

#include <boost/test/unit_test.hpp>
#include <malloc.h>
#include <msgpack.hpp>

#include "runtime/codec.hpp"
#include "runtime/core/rng.hpp"
#include "test/unit/runtime/codec_samples.hpp"

namespace {

// Bytes that this program has allocated and not freed, and their maximum. For one thread.
std::size_t live = 0;
std::size_t peak = 0;

void* counted(std::size_t size) {
  void* memory = std::malloc(size);
  if (!memory) throw std::bad_alloc();
  live += malloc_usable_size(memory);
  peak = std::max(peak, live);
  return memory;
}

void uncounted(void* memory) noexcept {
  if (memory) live -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) {
  return counted(size);
}
void operator delete(void* memory) noexcept {
  uncounted(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  uncounted(memory);
}

namespace troupe::runtime {
namespace {

BOOST_AUTO_TEST_SUITE(codec_hostile)

using test::Everything;
using test::sample;
using test::Tree;

/// Returns the peak of allocated bytes during `run`, above those allocated before.
template <typename Run>
std::size_t peak_of(Run run) {
  const std::size_t before = peak = live;
  run();
  return peak - before;
}

PeerSchemas peer() {
  PeerSchemas schemas;
  for (auto& schema : schema_of<Everything>()) schemas.declare(std::move(schema)).value();
  return schemas;
}

/// Allowance beyond 64 bytes for each byte of input: the reader's 4 KiB and the text of the error.
constexpr std::size_t allowance = 4096 + 8192;

struct Verdicts {
  int taken = 0;
  int refused = 0;
};

void survives(const std::string& bytes, const PeerSchemas& schemas, Verdicts& verdicts) {
  const std::size_t held = peak_of([&] {
    const auto wire = unpack<Everything>(bytes, schemas);
    const auto named = unpack_named<Everything>(bytes);
    ++(wire.has_value() || named.has_value() ? verdicts.taken : verdicts.refused);
  });
  BOOST_REQUIRE_LE(held, 64 * bytes.size() + 2 * allowance);
}

std::string random_bytes(Rng& rng, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(rng.below(256));
  return bytes;
}

std::string mutated(Rng& rng, std::string bytes) {
  for (std::uint64_t edits = 1 + rng.below(4); edits > 0 && !bytes.empty(); --edits) {
    const std::size_t at = rng.below(bytes.size());
    switch (rng.below(4)) {
      case 0:
        bytes[at] = static_cast<char>(rng.below(256));
        break;
      case 1:
        bytes.erase(at, 1 + rng.below(8));
        break;
      case 2:
        bytes.insert(at, random_bytes(rng, 1 + rng.below(8)));
        break;
      default:
        bytes.insert(at, bytes.substr(rng.below(bytes.size()), rng.below(32)));
        break;
    }
  }
  return bytes;
}

Everything short_sample() {
  Everything message = sample();
  message.texts = {"", "a", std::string(40, 'x')};
  return message;
}

BOOST_AUTO_TEST_CASE(the_counter_counts_allocations) {
  const std::size_t held = peak_of([] { BOOST_TEST(std::string(1 << 20, 'x').back() == 'x'); });
  BOOST_TEST(held >= std::size_t{1} << 20);
}

BOOST_AUTO_TEST_CASE(random_bytes_are_refused_in_bounded_memory) {
  const PeerSchemas schemas = peer();
  Rng rng(1);
  Verdicts verdicts;
  for (int i = 0; i < 20'000; ++i) survives(random_bytes(rng, rng.below(200)), schemas, verdicts);
  BOOST_TEST(verdicts.refused > 19'900);
}

BOOST_AUTO_TEST_CASE(mutated_messages_are_accepted_or_refused_in_bounded_memory) {
  const PeerSchemas schemas = peer();
  Rng rng(2);
  Verdicts verdicts;
  for (const std::string& bytes : {pack(short_sample()), pack_named(short_sample())}) {
    for (int i = 0; i < 10'000; ++i) survives(mutated(rng, bytes), schemas, verdicts);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const Verdicts before = verdicts;
      survives(bytes.substr(0, size), schemas, verdicts);
      BOOST_TEST(verdicts.refused == before.refused + 1);
    }
  }
  BOOST_TEST(verdicts.taken > 1000);
  BOOST_TEST(verdicts.refused > 1000);
}

BOOST_AUTO_TEST_CASE(six_bytes_that_claim_four_billion_items_are_refused) {
  const PeerSchemas schemas = peer();
  Verdicts verdicts;
  for (const std::string head : {"\xdd", "\xdf", "\xdb", "\xc6", "\xc9"}) {
    survives(head + "\xff\xff\xff\xff\x01", schemas, verdicts);
    std::string inside = "\x81\xa5texts" + head + "\xff\xff\xff\xff";
    survives(inside, schemas, verdicts);
    survives("\x81\xa7unknown" + head + "\xff\xff\xff\xff", schemas, verdicts);
  }
  BOOST_TEST(verdicts.taken == 0);
}

BOOST_AUTO_TEST_CASE(many_small_items_of_a_large_type_are_refused) {
  std::string bytes;
  PackWriter writer(bytes);
  writer.map(1);
  writer.text("by_name");
  writer.map(30'000);
  for (int i = 0; i < 30'000; ++i) {
    writer.text("");
    writer.map(0);
  }
  BOOST_TEST(unpack_named<Everything>(bytes).error().what ==
             "everything.by_name: it would take more than 64 times the memory of its bytes");
}

BOOST_AUTO_TEST_CASE(nesting_is_bounded) {
  const auto nested = [](int depth) {
    std::string bytes;
    PackWriter writer(bytes);
    for (int i = 0; i < depth; ++i) {
      writer.map(1);
      writer.text("branches");
      writer.array(1);
    }
    writer.map(0);
    return bytes;
  };
  BOOST_TEST(unpack_named<Tree>(nested(63)).has_value());
  BOOST_TEST(!unpack_named<Tree>(nested(64)).has_value());
  BOOST_TEST(!unpack_named<Tree>(nested(100'000)).has_value());

  const std::string unknown = "\x81\xa1z" + std::string(1'000'000, '\x91') + '\xc0';
  BOOST_TEST(unpack_named<Tree>(unknown).has_value(), "skipping needs no stack");
}

BOOST_AUTO_TEST_CASE(the_reader_agrees_with_msgpack_c_on_what_is_well_formed) {
  const auto ours = [](const std::string& bytes) {
    PackReader reader(bytes);
    reader.skip();
    reader.end();
    return reader.ok();
  };
  const auto theirs = [](const std::string& bytes) {
    msgpack::null_visitor visitor;
    std::size_t offset = 0;
    return msgpack::parse(bytes.data(), bytes.size(), offset, visitor) && offset == bytes.size();
  };
  Rng rng(3);
  int well_formed = 0;
  const std::string message = pack_named(short_sample());
  for (int i = 0; i < 60'000; ++i) {
    const std::string bytes =
        i % 2 == 0 ? mutated(rng, message) : random_bytes(rng, 1 + rng.below(6));
    BOOST_REQUIRE_EQUAL(ours(bytes), theirs(bytes));
    if (ours(bytes)) ++well_formed;
  }
  BOOST_TEST(well_formed > 1000);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
