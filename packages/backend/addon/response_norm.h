// Local response normalization across channels and its gradient as TensorFlow ops of the processor,
// one pass over memory each:
//   AlexNetLRN      y  = x s^-beta,  s = bias + alpha (sum of x^2 over the window)
//   AlexNetLRNGrad  dx = dy s^-beta - 2 alpha beta x (sum of dy x s^(-beta - 1) over the window)
// for maps of any rank whose last axis is the channels. TensorFlow's own ops call pow per element;
// with beta = 3/4, the value of every AlexNet, s^-3/4 is two square roots.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "in_parallel.h"
#include "own_op.h"

namespace alexnet {

struct ResponseNorm {
  int32_t radius;
  float bias, alpha, beta;
};

// Inlined, so that they are compiled for each instruction set with the loops that call them.
#define INLINE inline __attribute__((always_inline))

// values[c - radius] + ... + values[c + radius], of which none lies outside memory. Five channels,
// the window of every AlexNet, are summed in registers.
INLINE void SumWindows(const float *__restrict values, float *__restrict sum, size_t channels, int radius) {
  if (radius == 2) {
    for (size_t c = 0; c < channels; c++) {
      const float *at = values + c;
      sum[c] = at[-2] + at[-1] + at[0] + at[1] + at[2];
    }
    return;
  }
  for (size_t c = 0; c < channels; c++) sum[c] = values[c];
  for (int k = 1; k <= radius; k++) {
    for (size_t c = 0; c < channels; c++) sum[c] += (values + c)[-k] + (values + c)[k];
  }
}

// sum -> inverse = 1 / s and power = s^-beta.
INLINE void Powers(const ResponseNorm &norm, const float *__restrict sum, float *__restrict inverse,
                   float *__restrict power, size_t channels) {
  const float bias = norm.bias, alpha = norm.alpha, beta = norm.beta;
  if (beta == 0.75f) {
    for (size_t c = 0; c < channels; c++) {
      const float root = 1 / std::sqrt(bias + alpha * sum[c]);
      inverse[c] = root * root;
      power[c] = root * std::sqrt(root);
    }
  } else {
    for (size_t c = 0; c < channels; c++) {
      const float s = bias + alpha * sum[c];
      inverse[c] = 1 / s;
      power[c] = std::pow(s, -beta);
    }
  }
}

// Values of one row: one set with zeros at both ends, for the windows, and three without.
struct Row {
  std::vector<float> memory;
  float *padded, *sum, *inverse, *power;
  Row(size_t channels, int radius) : memory(4 * channels + 2 * radius) {
    padded = memory.data() + radius;
    sum = padded + channels + radius;
    inverse = sum + channels;
    power = inverse + channels;
  }
};

FOR_EVERY_PROCESSOR
void Normalize(const ResponseNorm &norm, const Row &row, const float *__restrict x, float *__restrict y, size_t rows,
               size_t channels) {
  float *__restrict square = row.padded, *__restrict power = row.power;
  for (size_t r = 0; r < rows; r++, x += channels, y += channels) {
    for (size_t c = 0; c < channels; c++) square[c] = x[c] * x[c];
    SumWindows(square, row.sum, channels, norm.radius);
    Powers(norm, row.sum, row.inverse, power, channels);
    for (size_t c = 0; c < channels; c++) y[c] = x[c] * power[c];
  }
}

FOR_EVERY_PROCESSOR
void NormalizeGradient(const ResponseNorm &norm, const Row &row, const float *__restrict dy,
                       const float *__restrict x, float *__restrict dx, size_t rows, size_t channels) {
  const float factor = 2 * norm.alpha * norm.beta;
  float *__restrict inner = row.padded, *__restrict sum = row.sum;
  float *__restrict inverse = row.inverse, *__restrict power = row.power;
  for (size_t r = 0; r < rows; r++, dy += channels, x += channels, dx += channels) {
    for (size_t c = 0; c < channels; c++) inner[c] = x[c] * x[c];
    SumWindows(inner, sum, channels, norm.radius);
    Powers(norm, sum, inverse, power, channels);
    for (size_t c = 0; c < channels; c++) inner[c] = dy[c] * x[c] * power[c] * inverse[c];
    SumWindows(inner, sum, channels, norm.radius);
    for (size_t c = 0; c < channels; c++) dx[c] = dy[c] * power[c] - factor * x[c] * sum[c];
  }
}

// Elements under which a second thread costs more than it takes over.
constexpr size_t NORM_PER_THREAD = 1 << 19;

// The norm of its one input, or the gradient for the inputs dy and x.
template <bool Gradient>
class ResponseNormOp {
 public:
  explicit ResponseNormOp(TF_OpKernelConstruction *construction) {
    Status status;
    TF_OpKernelConstruction_GetAttrInt32(construction, "depth_radius", &norm.radius, status.status);
    status.Check();
    Read(construction, "bias", &norm.bias);
    Read(construction, "alpha", &norm.alpha);
    Read(construction, "beta", &norm.beta);
    if (norm.radius < 0) throw Failure{"depth_radius is negative"};
  }

  void Compute(OpRun &run) const {
    const Input first = run.Input(0), last = run.Input(Gradient ? 1 : 0);
    const Shape shape = first.Dimensions();
    if (shape.empty() || last.Dimensions() != shape) throw Failure{"the inputs are not maps of one shape"};
    float *to = run.Output(shape);
    const size_t channels = shape.back();
    size_t rows = 1;
    for (size_t d = 0; d + 1 < shape.size(); d++) rows *= shape[d];
    if (rows * channels == 0) return;
    const float *dy = first.Values(), *x = last.Values();
    InParallel(rows, std::max<size_t>(1, NORM_PER_THREAD / channels), [=](size_t begin, size_t end) {
      const Row row(channels, norm.radius);
      const size_t skip = begin * channels;
      if constexpr (Gradient) {
        NormalizeGradient(norm, row, dy + skip, x + skip, to + skip, end - begin, channels);
      } else {
        Normalize(norm, row, x + skip, to + skip, end - begin, channels);
      }
    });
  }

 private:
  static void Read(TF_OpKernelConstruction *construction, const char *name, float *value) {
    Status status;
    TF_OpKernelConstruction_GetAttrFloat(construction, name, value, status.status);
    status.Check();
  }
  ResponseNorm norm;
};

inline void RegisterResponseNorm() {
  const auto same_shape = [](TF_ShapeInferenceContext *context, TF_Status *status) {
    TF_ShapeHandle *shape = TF_NewShapeHandle();
    TF_ShapeInferenceContextGetInput(context, 0, shape, status);
    if (TF_GetCode(status) == TF_OK) TF_ShapeInferenceContextSetOutput(context, 0, shape, status);
    TF_DeleteShapeHandle(shape);
  };
  const auto attributes = {"depth_radius: int", "bias: float", "alpha: float", "beta: float"};
  RegisterOp<ResponseNormOp<false>>("AlexNetLRN", {"x: T"}, attributes, same_shape);
  RegisterOp<ResponseNormOp<true>>("AlexNetLRNGrad", {"dy: T", "x: T"}, attributes, same_shape);
}

}  // namespace alexnet
