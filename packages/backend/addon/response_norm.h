// Local response normalisation across channels and its gradient as TensorFlow ops of the processor,
// one pass over memory each:
//   AlexNetLRN      y  = x s^-beta,  s = bias + alpha (sum of x^2 over the window)
//   AlexNetLRNGrad  dx = dy s^-beta - 2 alpha beta x (sum of dy x s^(-beta - 1) over the window)
// for maps of any rank whose last axis is the channels. TensorFlow's own ops call pow per element;
// with beta = 3/4, the value of every AlexNet, s^-3/4 is two square roots.
#pragma once

#include <cmath>
#include <mutex>
#include <vector>

#include "in_parallel.h"
#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"

// One body compiled for several instruction sets; the loader picks.
#if defined(__x86_64__) && defined(__linux__) && __has_attribute(target_clones)
#define FOR_EVERY_PROCESSOR __attribute__((target_clones("arch=skylake-avx512", "arch=haswell", "default")))
#else
#define FOR_EVERY_PROCESSOR
#endif

namespace alexnet {

struct ResponseNorm {
  int32_t radius;
  float bias, alpha, beta;
};

// sum[c] = values[c] + ... + values[c + 2 radius]; `values` begins `radius` zeros before channel 0.
inline void SumWindows(const float *__restrict values, float *__restrict sum, size_t channels, size_t radius) {
  for (size_t c = 0; c < channels; c++) sum[c] = values[c];
  for (size_t k = 1; k <= 2 * radius; k++) {
    for (size_t c = 0; c < channels; c++) sum[c] += values[c + k];
  }
}

// power[c] = s^-beta; `sum` becomes s.
inline void Powers(const ResponseNorm &norm, float *__restrict sum, float *__restrict power, size_t channels) {
  const float bias = norm.bias, alpha = norm.alpha;
  if (norm.beta == 0.75f) {
    for (size_t c = 0; c < channels; c++) {
      const float s = bias + alpha * sum[c];
      const float root = 1.0f / std::sqrt(s);
      sum[c] = s;
      power[c] = root * std::sqrt(root);
    }
  } else {
    for (size_t c = 0; c < channels; c++) {
      sum[c] = bias + alpha * sum[c];
      power[c] = std::pow(sum[c], -norm.beta);
    }
  }
}

FOR_EVERY_PROCESSOR
void Normalise(const ResponseNorm &norm, const float *x, float *y, size_t rows, size_t channels) {
  const size_t radius = norm.radius;
  std::vector<float> padded(channels + 2 * radius), sums(channels), powers(channels);
  float *__restrict square = padded.data() + radius, *__restrict power = powers.data();
  for (size_t row = 0; row < rows; row++, x += channels, y += channels) {
    for (size_t c = 0; c < channels; c++) square[c] = x[c] * x[c];
    SumWindows(padded.data(), sums.data(), channels, radius);
    Powers(norm, sums.data(), power, channels);
    for (size_t c = 0; c < channels; c++) y[c] = x[c] * power[c];
  }
}

FOR_EVERY_PROCESSOR
void NormaliseGradient(const ResponseNorm &norm, const float *dy, const float *x, float *dx, size_t rows,
                       size_t channels) {
  const size_t radius = norm.radius;
  const float factor = 2 * norm.alpha * norm.beta;
  std::vector<float> padded(channels + 2 * radius), sums(channels), powers(channels);
  float *__restrict inner = padded.data() + radius, *__restrict sum = sums.data(), *__restrict power = powers.data();
  for (size_t row = 0; row < rows; row++, dy += channels, x += channels, dx += channels) {
    for (size_t c = 0; c < channels; c++) inner[c] = x[c] * x[c];
    SumWindows(padded.data(), sum, channels, radius);
    Powers(norm, sum, power, channels);
    for (size_t c = 0; c < channels; c++) inner[c] = dy[c] * x[c] * power[c] / sum[c];
    SumWindows(padded.data(), sum, channels, radius);
    for (size_t c = 0; c < channels; c++) dx[c] = dy[c] * power[c] - factor * x[c] * sum[c];
  }
}

// Elements under which a second thread costs more than it takes over.
constexpr size_t NORM_PER_THREAD = 1 << 19;

void *CreateNorm(TF_OpKernelConstruction *construction) {
  auto *norm = new ResponseNorm;
  TF_Status *status = TF_NewStatus();
  TF_OpKernelConstruction_GetAttrInt32(construction, "depth_radius", &norm->radius, status);
  TF_OpKernelConstruction_GetAttrFloat(construction, "bias", &norm->bias, status);
  TF_OpKernelConstruction_GetAttrFloat(construction, "alpha", &norm->alpha, status);
  TF_OpKernelConstruction_GetAttrFloat(construction, "beta", &norm->beta, status);
  if (norm->radius < 0) TF_SetStatus(status, TF_INVALID_ARGUMENT, "depth_radius is negative");
  if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return norm;
}

void DeleteNorm(void *norm) { delete static_cast<ResponseNorm *>(norm); }

// The inputs are tensors of one shape, and so is the output.
template <int Inputs>
void ComputeNorm(void *kernel, TF_OpKernelContext *context) {
  const auto &norm = *static_cast<const ResponseNorm *>(kernel);
  TF_Status *status = TF_NewStatus();
  TF_Tensor *inputs[Inputs] = {}, *output = nullptr;
  for (int i = 0; i < Inputs && TF_GetCode(status) == TF_OK; i++) TF_GetInput(context, i, &inputs[i], status);
  if (TF_GetCode(status) == TF_OK) {
    std::vector<int64_t> shape(TF_NumDims(inputs[0]));
    for (size_t d = 0; d < shape.size(); d++) shape[d] = TF_Dim(inputs[0], static_cast<int>(d));
    const size_t bytes = TF_TensorByteSize(inputs[0]);
    bool fit = !shape.empty();
    for (TF_Tensor *input : inputs) fit = fit && TF_TensorByteSize(input) == bytes;
    if (!fit) TF_SetStatus(status, TF_INVALID_ARGUMENT, "the inputs are not maps of one shape");
    if (fit) {
      output = TF_AllocateOutput(context, 0, TF_FLOAT, shape.data(), static_cast<int>(shape.size()), bytes, status);
    }
    if (TF_GetCode(status) == TF_OK && bytes > 0) {
      const size_t channels = shape.back(), rows = bytes / sizeof(float) / channels;
      const auto data = [](TF_Tensor *tensor) { return static_cast<float *>(TF_TensorData(tensor)); };
      const float *first = data(inputs[0]), *last = data(inputs[Inputs - 1]);
      float *to = data(output);
      const size_t least = std::max<size_t>(1, NORM_PER_THREAD / channels);
      InParallel(rows, least, [=, &norm](size_t begin, size_t end) {
        const size_t skip = begin * channels;
        if constexpr (Inputs == 1) {
          Normalise(norm, first + skip, to + skip, end - begin, channels);
        } else {
          NormaliseGradient(norm, first + skip, last + skip, to + skip, end - begin, channels);
        }
      });
    }
  }
  if (TF_GetCode(status) != TF_OK) TF_OpKernelContext_Failure(context, status);
  for (TF_Tensor *input : inputs) TF_DeleteTensor(input);
  TF_DeleteTensor(output);
  TF_DeleteStatus(status);
}

void InferNormShape(TF_ShapeInferenceContext *context, TF_Status *status) {
  TF_ShapeHandle *shape = TF_NewShapeHandle();
  TF_ShapeInferenceContextGetInput(context, 0, shape, status);
  if (TF_GetCode(status) == TF_OK) TF_ShapeInferenceContextSetOutput(context, 0, shape, status);
  TF_DeleteShapeHandle(shape);
}

// Throws nothing: an op that could not be registered is missing, and running it says so.
template <int Inputs>
void RegisterNorm(const char *name, const char *const (&inputs)[Inputs]) {
  TF_OpDefinitionBuilder *op = TF_NewOpDefinitionBuilder(name);
  for (const char *input : inputs) TF_OpDefinitionBuilderAddInput(op, input);
  TF_OpDefinitionBuilderAddOutput(op, "output: T");
  for (const char *attribute : {"T: {float}", "depth_radius: int", "bias: float", "alpha: float", "beta: float"}) {
    TF_OpDefinitionBuilderAddAttr(op, attribute);
  }
  TF_OpDefinitionBuilderSetShapeInferenceFunction(op, InferNormShape);
  TF_Status *status = TF_NewStatus();
  TF_RegisterOpDefinition(op, status);
  if (TF_GetCode(status) == TF_OK) {
    TF_RegisterKernelBuilder(name, TF_NewKernelBuilder(name, "CPU", CreateNorm, ComputeNorm<Inputs>, DeleteNorm),
                             status);
  }
  TF_DeleteStatus(status);
}

// Once in a process, however many threads of Node load the addon.
inline void RegisterResponseNorm() {
  static std::once_flag once;
  std::call_once(once, [] {
    RegisterNorm("AlexNetLRN", {"x: T"});
    RegisterNorm("AlexNetLRNGrad", {"dy: T", "x: T"});
  });
}

}  // namespace alexnet
