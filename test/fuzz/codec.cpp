// Any bytes as a message with a field of every type, as an input of a study, and as what a peer
// declares of its messages.

#include "runtime/codec.hpp"

#include <string>

#include "actors/study/inputs.hpp"
#include "runtime/core/check.hpp"
#include "runtime/remote/wire_format.hpp"
#include "test/fuzz/input.hpp"
#include "test/unit/runtime/codec_samples.hpp"

using namespace troupe;

namespace {

using test::Everything;

const runtime::PeerSchemas& schemas_of_everything() {
  static const runtime::PeerSchemas known = [] {
    runtime::PeerSchemas schemas;
    for (auto& schema : runtime::schema_of<Everything>())
      schemas.declare(std::move(schema)).value();
    return schemas;
  }();
  return known;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::uint8_t what = input.byte();
  const std::string_view bytes = input.rest();
  switch (what % 5) {
    case 0:
      if (const auto read = runtime::unpack<Everything>(bytes, schemas_of_everything())) {
        const std::string packed = runtime::pack(*read);
        check(
            runtime::pack(*runtime::unpack<Everything>(packed, schemas_of_everything())) == packed,
            "what was read is written and read again");
      }
      break;
    case 1:
      if (const auto read = runtime::unpack_named<Everything>(bytes)) {
        const std::string packed = runtime::pack_named(*read);
        check(runtime::pack_named(*runtime::unpack_named<Everything>(packed)) == packed,
              "what was read is written and read again");
      }
      break;
    case 2:
      (void)runtime::unpack_named<actors::Input>(bytes);
      break;
    case 3: {
      runtime::PeerTypes types;
      (void)types.declare(1, bytes);
      (void)types.declare(2, bytes);
      break;
    }
    default: {
      runtime::PackReader reader(bytes);
      while (reader.ok() && reader.kind() != runtime::PackKind::end) reader.skip();
      break;
    }
  }
  return 0;
}
