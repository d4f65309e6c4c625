#include "firmware/domain/presentation.hpp"

#include "firmware/base/bytes.hpp"

namespace linli::domain {
namespace {

bool is_same(const base::SecretText& one, const base::SecretText& other) {
  return base::equal_in_constant_time(one.reveal(), other.reveal());
}

}  // namespace

bool operator==(const Presentation& one, const Presentation& other) {
  return one.reader == other.reader && one.head == other.head && one.kind == other.kind &&
         one.bit_count == other.bit_count && one.wiegand == other.wiegand && one.at == other.at &&
         is_same(one.card_bits, other.card_bits) && is_same(one.digits, other.digits) &&
         is_same(one.text, other.text);
}

}  // namespace linli::domain
