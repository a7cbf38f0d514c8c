// Prints what InParts (addon/in_parallel.h) does where no thread is to be had and where parts throw.
#include "../addon/in_parallel.h"

#include <sys/resource.h>

#include <atomic>
#include <cstdio>
#include <stdexcept>
#include <string>

int main() {
  rlimit memory;
  getrlimit(RLIMIT_AS, &memory);
  // No room for the stack of a thread.
  const rlimit little{12 << 20, memory.rlim_max};
  setrlimit(RLIMIT_AS, &little);
  const auto here = std::this_thread::get_id();
  int sum = 0, elsewhere = 0;
  alexnet::InParts(4, [&](size_t part) {
    sum += static_cast<int>(part);
    elsewhere += std::this_thread::get_id() != here;
  });
  std::printf("sum %d, elsewhere %d\n", sum, elsewhere);
  setrlimit(RLIMIT_AS, &memory);

  std::atomic<int> ran{0};
  try {
    alexnet::InParts(4, [&](size_t part) {
      ran++;
      if (part >= 2) throw std::runtime_error("part " + std::to_string(part));
    });
  } catch (const std::runtime_error &error) {
    std::printf("%s after %d\n", error.what(), ran.load());
  }
}
