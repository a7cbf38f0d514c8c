// AlexNetDense: y = x W + b, then ReLU where `relu` says so, for few rows of x.
//
// With one image a dense layer is a walk through memory, 151 MB for fc6: the matrix product of
// oneDNN walks it at 28 GB/s where 32 GB/s are to be had (bench/README.md), and bias and ReLU are
// two ops more.
#pragma once

#include <algorithm>
#include <vector>

#include "in_parallel.h"
#include "own_op.h"

namespace alexnet {

// Rows of W read side by side, one column after the other.
constexpr size_t SIDE_BY_SIDE = 8;

// y += x W for the rows [begin, end) of W. x is [rows, inputs], W [inputs, units], y [rows, units].
FOR_EVERY_PROCESSOR
void AddProduct(const float *x, const float *w, float *y, size_t rows, size_t inputs, size_t units, size_t begin,
                size_t end) {
  for (size_t k = begin; k < end; k += SIDE_BY_SIDE) {
    const float *__restrict block = w + k * units;
    for (size_t row = 0; row < rows; row++) {
      const float *from = x + row * inputs + k;
      float *__restrict to = y + row * units;
      if (k + SIDE_BY_SIDE <= end) {
        float factor[SIDE_BY_SIDE];
        for (size_t i = 0; i < SIDE_BY_SIDE; i++) factor[i] = from[i];
        for (size_t c = 0; c < units; c++) {
          float sum = to[c];
          for (size_t i = 0; i < SIDE_BY_SIDE; i++) sum += factor[i] * block[i * units + c];
          to[c] = sum;
        }
      } else {
        for (size_t i = 0; i < end - k; i++) {
          for (size_t c = 0; c < units; c++) to[c] += from[i] * block[i * units + c];
        }
      }
    }
  }
}

class DenseOp {
 public:
  explicit DenseOp(TF_OpKernelConstruction *construction) {
    Status status;
    unsigned char flag = 0;
    TF_OpKernelConstruction_GetAttrBool(construction, "relu", &flag, status.status);
    status.Check();
    relu = flag;
  }

  void Compute(OpRun &run) const {
    const Input x = run.Input(0), w = run.Input(1), bias = run.Input(2);
    const Shape left = x.Dimensions(), right = w.Dimensions(), added = bias.Dimensions();
    if (left.size() != 2 || right.size() != 2 || left[1] != right[0] || added != Shape{right[1]}) {
      throw Failure{"x, W and b are not [rows, inputs], [inputs, units] and [units]"};
    }
    const size_t rows = left[0], inputs = left[1], units = right[1];
    float *y = run.Output({left[0], right[1]});
    const float *from = x.Values(), *weights = w.Values(), *offset = bias.Values();
    // Each thread takes rows of W that follow each other, and the first one's sums begin with b.
    const size_t threads = Parts(inputs * units, WEIGHTS_PER_THREAD);
    std::vector<float> others((threads - 1) * rows * units);
    for (size_t row = 0; row < rows; row++) std::copy(offset, offset + units, y + row * units);
    InParts(threads, [&](size_t part) {
      float *to = part == 0 ? y : others.data() + (part - 1) * rows * units;
      AddProduct(from, weights, to, rows, inputs, units, inputs * part / threads, inputs * (part + 1) / threads);
    });
    for (size_t i = 0; i < others.size(); i++) y[i % (rows * units)] += others[i];
    if (relu) {
      for (size_t i = 0; i < rows * units; i++) y[i] = std::max(y[i], 0.0f);
    }
  }

 private:
  // Under these 4 MB a thread costs more than it takes over.
  static constexpr size_t WEIGHTS_PER_THREAD = 1 << 20;
  bool relu;
};

inline void RegisterDense() {
  RegisterOp<DenseOp>("AlexNetDense", {"x: T", "w: T", "b: T"}, {"relu: bool"},
                      [](TF_ShapeInferenceContext *context, TF_Status *status) {
                        TF_ShapeInferenceContextSetUnknownShape(context, status);
                      });
}

}  // namespace alexnet
