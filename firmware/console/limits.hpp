#pragma once

#include <chrono>
#include <cstddef>

#include "firmware/base/time.hpp"

// What one browser, or whoever stands at the door, may take of the gateway. README.md has the table
// for people.
namespace linli::console {

namespace limits {

// Start line and headers. A cookie, a token and a long User-Agent are below 2 KiB.
inline constexpr std::size_t kHeaderBytes = 8 * 1024;
// Start line alone: paths here are below 200 bytes, a cursor or a resume token below 1 KiB.
inline constexpr std::size_t kTargetBytes = 4 * 1024;
inline constexpr std::size_t kParameters = 32;  // of a query; the widest list takes eight
// A JSON body; the widest, a batch of 200 devices, is below 64 KiB.
inline constexpr std::size_t kBodyBytes = 256 * 1024;
// An archive to restore, on the one path that takes it: a compound's configuration, registrations
// and people. It is held in memory, so its length must be told first.
inline constexpr std::size_t kUploadBytes = 64 * 1024 * 1024;
// At the same time: the unit's MemoryMax is 256 MiB.
inline constexpr std::size_t kUploads = 1;

// A TLS connection holds about 60 KiB: 256 of them hold 15 MiB. A browser opens up to six and one
// for the feed.
inline constexpr std::size_t kConnections = 256;
// Beyond them, so many are let in only to be told 503: a browser shows that better than silence.
inline constexpr std::size_t kTurnedAway = 16;
// Three browsers behind one address.
inline constexpr std::size_t kConnectionsOfAddress = 20;

// Seven round trips of a bad Wi-Fi line; a handshake costs us 2 ms.
inline constexpr base::Duration kHandshake = std::chrono::seconds(5);
// From the first byte of a request to the end of its headers, dripping or not.
inline constexpr base::Duration kHeader = std::chrono::seconds(10);
// 256 KiB within it are 9 KiB/s.
inline constexpr base::Duration kBody = std::chrono::seconds(30);
// The same for an archive: 64 MiB within it are 220 KiB/s.
inline constexpr base::Duration kUpload = std::chrono::seconds(300);
// The longest long poll is 60 s, and then its answer must still come.
inline constexpr base::Duration kAnswer = std::chrono::seconds(65);
// Between two requests; browsers give up after about as long themselves.
inline constexpr base::Duration kIdle = std::chrono::seconds(60);
// For each step of at most 64 KiB of an answer: who takes less than 2 KiB/s is cut.
inline constexpr base::Duration kWrite = std::chrono::seconds(30);
// How long we wait for the other side to notice that we closed, reading what it still sends, so
// that our last answer is not lost to a reset.
inline constexpr base::Duration kLinger = std::chrono::seconds(2);
inline constexpr std::size_t kLingerBytes = 1024 * 1024;

// The feed's other direction: nobody has to say much.
inline constexpr std::size_t kSocketMessageBytes = 4 * 1024;
// What may wait for one slow reader of a stream. A burst of a thousand alarms is 400 KiB.
inline constexpr std::size_t kOutletBytes = 1024 * 1024;
inline constexpr std::size_t kOutletMessages = 256;
// A silent WebSocket gets a ping after it, and is cut when it does not answer for as long again.
inline constexpr base::Duration kPing = std::chrono::seconds(30);

// All files of the pages are held in memory.
inline constexpr std::size_t kFiles = 1024;
inline constexpr std::size_t kFileBytes = 4 * 1024 * 1024;
inline constexpr std::size_t kAllFileBytes = 16 * 1024 * 1024;

// A port that is taken or a certificate that is broken is looked at again after it.
inline constexpr base::Duration kRetry = std::chrono::seconds(10);
// A certificate that was replaced is taken up within it.
inline constexpr base::Duration kLookAtCertificate = std::chrono::seconds(60);

}  // namespace limits

// The time limits as values, so that tests need not wait for them.
struct Timing {
  base::Duration handshake = limits::kHandshake;
  base::Duration header = limits::kHeader;
  base::Duration body = limits::kBody;
  base::Duration upload = limits::kUpload;
  base::Duration answer = limits::kAnswer;
  base::Duration idle = limits::kIdle;
  base::Duration write = limits::kWrite;
  base::Duration linger = limits::kLinger;
  base::Duration ping = limits::kPing;
  base::Duration retry = limits::kRetry;
  base::Duration look_at_certificate = limits::kLookAtCertificate;
};

}  // namespace linli::console
