// libfaketime moves the date; what the kernel says of its clock, and which boot this is, are
// nothing that a test may change on the machine it runs on. So this answers in the kernel's place:
// the clock is synchronised once the file named by LINLI_TEST_SYNCHRONISED is there, and the boot's
// id stands in the file named by LINLI_TEST_BOOT_ID.
#include <dlfcn.h>
#include <sys/timex.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

// Names of our own in here, libc's for the linker.
extern "C" int answer_adjtimex(timex* state) __asm__("adjtimex");
extern "C" FILE* answer_fopen(const char* path, const char* mode) __asm__("fopen64");

int answer_adjtimex(timex* state) {
  const char* const file = std::getenv("LINLI_TEST_SYNCHRONISED");
  const bool is_synchronised = file != nullptr && access(file, F_OK) == 0;
  state->status = is_synchronised ? STA_PLL : STA_UNSYNC;
  return is_synchronised ? TIME_OK : TIME_ERROR;
}

// What std::ifstream opens files with.
FILE* answer_fopen(const char* path, const char* mode) {
  using Open = FILE* (*)(const char*, const char*);
  static const auto kOpen = reinterpret_cast<Open>(dlsym(RTLD_NEXT, "fopen64"));
  const char* const boot_id = std::getenv("LINLI_TEST_BOOT_ID");
  const bool is_asked = std::strcmp(path, "/proc/sys/kernel/random/boot_id") == 0;
  return kOpen(is_asked && boot_id != nullptr ? boot_id : path, mode);
}
