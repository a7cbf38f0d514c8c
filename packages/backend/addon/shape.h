// Shapes of tensors.
#pragma once

#include <cstdint>
#include <vector>

#include "tensorflow/c/tf_tensor.h"

namespace alexnet {

using Shape = std::vector<int64_t>;

inline Shape ShapeOf(const TF_Tensor *tensor) {
  Shape shape(TF_NumDims(tensor));
  for (size_t d = 0; d < shape.size(); d++) shape[d] = TF_Dim(tensor, static_cast<int>(d));
  return shape;
}

}  // namespace alexnet
