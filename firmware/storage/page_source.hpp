#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "firmware/storage/page_size.hpp"
#include "firmware/storage/read_only_file.hpp"
#include "firmware/storage/wal_file.hpp"

namespace linli::storage {

// The pages of a database as its newest transaction left them, in the file or in its write-ahead
// log, without SQLite's judgement: it gives what there is.
class PageSource {
 public:
  PageSource(const std::string& path, const WalContents& wal);

  // Pages are numbered from 1 to this.
  std::uint32_t page_count() const { return page_count_; }

  // Valid until the next call. Empty if the page is not there, or its newest state was lost with a
  // damaged frame of the log.
  std::string_view page(std::uint32_t number);

  // The pages that SQLite keeps for later use: what stands on them was deleted.
  struct FreePages {
    std::vector<bool> is_free;  // by page number
    bool is_whole = false;      // the list could be followed to its end
  };
  FreePages free_pages();

 private:
  bool note_free(std::uint32_t number, FreePages& pages) const;

  ReadOnlyFile file_;
  ReadOnlyFile wal_;
  std::unordered_map<std::uint32_t, WalFrame> newest_;  // pages that the log has
  bool lost_pages_ = false;  // a frame was lost, nobody knows of which page
  std::uint32_t page_count_ = 0;
  std::string buffer_;
};

}  // namespace linli::storage
