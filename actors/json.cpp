#include "actors/json.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <nlohmann/json.hpp>

#include "actors/utf8.hpp"
#include "runtime/codec.hpp"
#include "runtime/core/check.hpp"
#include "runtime/pack_reader.hpp"
#include "runtime/pack_writer.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {
namespace {

using runtime::PackKind;
using runtime::PackReader;
using runtime::PackWriter;
using Json = nlohmann::json;

constexpr int depth_max = 128;

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) {
    out += c;
    return;
  }
  constexpr std::string_view digits = "0123456789abcdef";
  const auto code = static_cast<unsigned char>(c);
  out += "\\u00";
  out += digits[code >> 4U];
  out += digits[code & 0xfU];
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text, at);
    if (length == 1)
      append_escaped(out, text[at]);
    else if (length == 0)
      out += "\xef\xbf\xbd";  // U+FFFD
    else
      out += text.substr(at, length);
    at += std::max<std::size_t>(length, 1);
  }
  out += '"';
}

void append_number(std::string& out, double value) {
  const std::string_view quote = std::isfinite(value) ? "" : "\"";
  out += quote;
  out += schedulers::text_of(value);
  out += quote;
}

class JsonPrinter {
 public:
  JsonPrinter(std::string& out, PackReader& in, JsonLayout layout)
      : out_(out), in_(in), layout_(layout) {}

  void value(int depth) {
    check(depth < depth_max, "what becomes JSON is nested less than 128 levels deep");
    switch (in_.kind()) {
      case PackKind::nil:
        in_.nil();
        out_ += "null";
        break;
      case PackKind::boolean:
        out_ += in_.boolean() ? "true" : "false";
        break;
      case PackKind::integer:
        integer();
        break;
      case PackKind::float64:
        append_number(out_, in_.float64());
        break;
      case PackKind::text:
        append_string(out_, in_.text());
        break;
      case PackKind::array:
        items(in_.array(), depth, "[]");
        break;
      case PackKind::map:
        items(in_.map(), depth, "{}");
        break;
      case PackKind::extension:
      case PackKind::end:
        in_.fail("neither a value of JSON nor its end");
    }
  }

 private:
  void integer() {
    PackReader probe = in_;
    const auto number = probe.integer<std::int64_t>();
    if (probe.ok()) {
      in_ = probe;
      out_ += std::to_string(number);
    } else {
      out_ += std::to_string(in_.integer<std::uint64_t>());
    }
  }

  void items(std::size_t count, int depth, std::string_view brackets) {
    const bool named = brackets == "{}";
    out_ += brackets[0];
    for (std::size_t i = 0; i < count && in_.ok(); ++i) {
      if (i > 0) out_ += layout_ == JsonLayout::spaced ? ", " : ",";
      line(depth + 1);
      if (named) {
        append_string(out_, in_.text());
        out_ += layout_ == JsonLayout::compact ? ":" : ": ";
      }
      value(depth + 1);
    }
    if (count > 0) line(depth);
    out_ += brackets[1];
  }

  /// Starts a line for an item of an array or object, or for its end.
  void line(int depth) {
    if (layout_ != JsonLayout::indented) return;
    out_ += '\n';
    out_.append(2 * static_cast<std::size_t>(depth), ' ');
  }

  std::string& out_;
  PackReader& in_;
  JsonLayout layout_;
};

/// Packs a JSON value; false if it is nested too deeply.
bool pack_json(PackWriter& out, const Json& json, int depth) {
  if (depth == depth_max) return false;
  switch (json.type()) {
    case Json::value_t::null:
      out.nil();
      return true;
    case Json::value_t::boolean:
      out.boolean(json.get<bool>());
      return true;
    case Json::value_t::number_integer:
      out.int64(json.get<std::int64_t>());
      return true;
    case Json::value_t::number_unsigned:
      out.uint64(json.get<std::uint64_t>());
      return true;
    case Json::value_t::number_float:
      out.float64(json.get<double>());
      return true;
    case Json::value_t::string:
      out.text(json.get_ref<const std::string&>());
      return true;
    case Json::value_t::array:
      out.array(json.size());
      for (const Json& item : json)
        if (!pack_json(out, item, depth + 1)) return false;
      return true;
    case Json::value_t::object:
      out.map(json.size());
      for (const auto& [name, item] : json.items()) {
        out.text(name);
        if (!pack_json(out, item, depth + 1)) return false;
      }
      return true;
    case Json::value_t::binary:
    case Json::value_t::discarded:
      break;
  }
  return false;
}

}  // namespace

std::string packed_to_json(std::string_view packed, JsonLayout layout) {
  std::string out;
  PackReader in(packed);
  JsonPrinter(out, in, layout).value(0);
  in.end();
  check(in.ok(), "what becomes JSON was packed by this program");
  return out;
}

Result<std::string> json_to_packed(std::string_view json) {
  Json tree;
  try {
    tree = Json::parse(json);
  } catch (const Json::exception& failure) {
    const std::string_view what = failure.what();  // "[json.exception.parse_error.101] parse ..."
    return Error{ErrorKind::bad_input, "not JSON: " + std::string(what.substr(what.find(']') + 2))};
  }
  std::string packed;
  PackWriter writer(packed);
  if (!pack_json(writer, tree, 0))
    return Error{ErrorKind::bad_input, "JSON nested more than 128 levels deep"};
  return packed;
}

std::string config_json(const schedulers::Config& config) {
  std::string packed;
  PackWriter out(packed);
  pack_config(out, config);
  return packed_to_json(packed, JsonLayout::spaced);
}

void pack_config(PackWriter& out, const schedulers::Config& config) {
  out.map(config.size());
  for (const auto& setting : config) {
    out.text(setting.name);
    std::visit(
        [&](const auto& value) { runtime::coding::put<runtime::coding::Form::named>(out, value); },
        setting.value);
  }
}

std::string json_string(std::string_view text) {
  std::string out;
  append_string(out, text);
  return out;
}

std::string json_number(double value) {
  std::string out;
  append_number(out, value);
  return out;
}

}  // namespace troupe::actors
