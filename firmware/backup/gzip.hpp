#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "firmware/base/result.hpp"

// zlib's streams as values: bytes in, bytes out, nothing kept but the window. libarchive could
// write and read tar and gzip too, but brings libxml2, nettle, ACLs and seven compressors with it,
// all of which would then read what comes from outside; what we need of tar is one header of 512
// bytes.
namespace linli::backup {

class Gzip {
 public:
  Gzip();
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;
  ~Gzip();

  // What comes out so far; with `is_last` the end of the stream.
  base::Result<std::string> feed(std::string_view bytes, bool is_last);

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

class Gunzip {
 public:
  // Takes what comes out, 16 KiB at most at a time, however tightly it was packed.
  using Sink = std::function<base::Result<void>(std::string_view)>;

  Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;
  ~Gunzip();

  // kCorrupt if it is no gzip stream or goes on behind its end; else what `sink` answers.
  base::Result<void> feed(std::string_view bytes, const Sink& sink);
  // The stream came to its own end.
  bool is_whole() const { return is_whole_; }

 private:
  struct Body;
  std::unique_ptr<Body> body_;
  bool is_whole_ = false;
};

}  // namespace linli::backup
