// SPDX-License-Identifier: Apache-2.0
// One process that links libparquet before the system's simdjson and OpenSSL. With the wheel's libparquet as it comes, the call of
// simdjson lands in libparquet's private copy of another version, and crashes; deps/elf_localize.py makes it work.
#include <cstdio>
#include <cstring>
#include <exception>
#include <string_view>

#include <dlfcn.h>
#include <openssl/evp.h>
#include <parquet/file_reader.h>
#include <simdjson.h>

int main() {
  simdjson::dom::parser parser;
  const double third = parser.parse(std::string_view("{\"a\":[1,2,3.5]}"))["a"].at(2);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  const int hashed = EVP_Digest("abc", 3, digest, &size, EVP_sha256(), nullptr);
  bool refused = false;
  try {
    parquet::ParquetFileReader::OpenFile("does-not-exist");
  } catch (const std::exception&) {
    refused = true;
  }
  Dl_info owner{};
  const void* update = dlsym(RTLD_DEFAULT, "EVP_DigestUpdate");
  const bool found = update != nullptr && dladdr(update, &owner) != 0;
  std::printf("third %g, digest %02x%02x, EVP_DigestUpdate from %s\n", third, digest[0], digest[1],
              found ? owner.dli_fname : "nowhere");
  const bool well = third == 3.5 && hashed == 1 && digest[0] == 0xba && refused && found &&
                    std::strstr(owner.dli_fname, "libcrypto") != nullptr;
  return well ? 0 : 1;
}
