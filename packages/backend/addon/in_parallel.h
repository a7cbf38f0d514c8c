// Work cut into one part for each processor.
#pragma once

#include <algorithm>
#include <cstddef>
#include <thread>
#include <vector>

namespace alexnet {

// How many parts of `least` elements or more there are to be: at most one for each processor.
inline size_t Parts(size_t count, size_t least) {
  const size_t most = std::max(1u, std::thread::hardware_concurrency());
  return std::clamp<size_t>(count / least, 1, most);
}

// Calls work(part) for 0 to parts - 1, each on a thread of its own, and waits for all of them.
template <typename Work>
void InParts(size_t parts, Work work) {
  std::vector<std::thread> threads;
  for (size_t part = 1; part < parts; part++) threads.emplace_back(work, part);
  work(size_t{0});
  for (auto &thread : threads) thread.join();
}

// Calls work(begin, end) for parts of [0, count).
template <typename Work>
void InParallel(size_t count, size_t least, Work work) {
  const size_t parts = Parts(count, least);
  InParts(parts, [=](size_t part) { work(count * part / parts, count * (part + 1) / parts); });
}

}  // namespace alexnet
