// A loop cut into one part for each processor.
#pragma once

#include <algorithm>
#include <cstddef>
#include <thread>
#include <vector>

namespace alexnet {

// Calls work(begin, end) for parts of [0, count), at least `least` each, and waits for all of them.
template <typename Work>
void InParallel(size_t count, size_t least, Work work) {
  const size_t most = std::max(1u, std::thread::hardware_concurrency());
  const size_t parts = std::clamp<size_t>(count / least, 1, most);
  std::vector<std::thread> threads;
  for (size_t part = 1; part < parts; part++) {
    threads.emplace_back(work, count * part / parts, count * (part + 1) / parts);
  }
  work(0, count / parts);
  for (auto &thread : threads) thread.join();
}

}  // namespace alexnet
