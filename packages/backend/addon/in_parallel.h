// Work cut into one part for each processor.
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <system_error>
#include <thread>
#include <vector>

namespace alexnet {

// How many parts of `least` elements or more there are to be: at most one for each processor.
inline size_t Parts(size_t count, size_t least) {
  const size_t most = std::max(1u, std::thread::hardware_concurrency());
  return std::clamp<size_t>(count / least, 1, most);
}

// Calls work(part) for 0 to parts - 1, each on a thread of its own, and waits for all of them. Parts
// for which the system has no thread run on this one. What a part throws is thrown here, the first
// part's first.
template <typename Work>
void InParts(size_t parts, Work work) {
  std::vector<std::exception_ptr> thrown(parts);
  const auto run = [&](size_t part) noexcept {
    try {
      work(part);
    } catch (...) {
      thrown[part] = std::current_exception();
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(parts);
  size_t started = 1;
  try {
    for (; started < parts; started++) threads.emplace_back(run, started);
  } catch (const std::exception &) {
  }
  run(0);
  for (size_t part = started; part < parts; part++) run(part);
  for (auto &thread : threads) thread.join();
  for (const auto &error : thrown) {
    if (error) std::rethrow_exception(error);
  }
}

// Calls work(begin, end) for parts of [0, count).
template <typename Work>
void InParallel(size_t count, size_t least, Work work) {
  const size_t parts = Parts(count, least);
  InParts(parts, [=](size_t part) { work(count * part / parts, count * (part + 1) / parts); });
}

}  // namespace alexnet
