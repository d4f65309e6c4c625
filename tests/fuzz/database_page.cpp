
#include "firmware/storage/btree_page.hpp"

// Whatever stands on the pages of a damaged database, reading them ends, and gives no more than
// stands there.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  constexpr std::size_t kPage = 512;
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  const auto page_of = [file](std::uint32_t number) {
    const std::size_t at = (std::size_t{number} - 1) * kPage;
    return number == 0 || at + kPage > file.size() ? std::string_view() : file.substr(at, kPage);
  };
  for (std::uint32_t number = 1; !page_of(number).empty(); ++number) {
    for (const std::size_t header_at : {0U, 100U}) {
      const auto page = linli::storage::read_btree_page(page_of(number), header_at, page_of);
      for (const auto& row : page.rows) {
        if (row.cell > kPage || row.columns.size() > kPage * 8) __builtin_trap();
        for (std::size_t i = 0; i < row.columns.size(); ++i) {
          const std::string* const bytes = row.bytes(i);
          if (bytes != nullptr && bytes->size() > 64U * 1024 * 1024) __builtin_trap();
        }
      }
    }
  }
  return 0;
}
