// What a program says that meets a library of another version: its own lk_version stands in for that library's.
#include <losskit/losskit.hpp>

#include <cstdio>
#include <cstring>
#include <string>

extern "C" std::uint32_t lk_version(void) { return 9u << 16 | 8u << 8 | 7u; }

int main() {
  const std::string own = std::to_string(LK_VERSION_MAJOR) + "." + std::to_string(LK_VERSION_MINOR) + "." +
                          std::to_string(LK_VERSION_PATCH);
  losskit::loss loss;
  losskit::context context;
  losskit::advice advice;
  for (const losskit::status &outcome :
       {losskit::loss::try_create("mse", loss), losskit::context::try_create(1, context),
        losskit::advice::try_create(losskit::advise_options(losskit::task::binary), advice)}) {
    if (outcome.code() != losskit::code::unsupported || std::strstr(outcome.message(), "9.8.7") == nullptr ||
        std::strstr(outcome.message(), own.c_str()) == nullptr) {
      std::printf("version_mismatch: failed: %s\n", outcome.message());
      return 1;
    }
  }
  if (losskit::catalog().size() != 0) {
    std::printf("version_mismatch: failed: the catalog was read\n");
    return 1;
  }
  try {
    losskit::loss refused("mse");
  } catch (const losskit::error &error) {
    std::printf("version_mismatch: passed: %s\n", error.what());
    return 0;
  }
  std::printf("version_mismatch: failed: nothing was thrown\n");
  return 1;
}
