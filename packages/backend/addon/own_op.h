// TensorFlow ops of our own for the processor, through TensorFlow's C API.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

#include "failure.h"
#include "shape.h"
#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"

// One body compiled for several instruction sets; the loader picks. It must not throw: g++ 12 takes
// calls of such a function for ones that never do.
#if defined(__x86_64__) && defined(__linux__) && __has_attribute(target_clones)
#define FOR_EVERY_PROCESSOR __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FOR_EVERY_PROCESSOR
#endif

namespace alexnet {

// An input of a running op, float32 unless the op knows otherwise.
struct Input {
  TF_Tensor *tensor;
  const float *Values() const { return static_cast<const float *>(TF_TensorData(tensor)); }
  // The input's own memory, for ops that write in place.
  float *Memory() const { return static_cast<float *>(TF_TensorData(tensor)); }
  Shape Dimensions() const { return ShapeOf(tensor); }
};

// One run of an op: holds its tensors until it is over.
class OpRun {
 public:
  explicit OpRun(TF_OpKernelContext *of) : context(of) {}
  ~OpRun() {
    for (TF_Tensor *tensor : tensors) TF_DeleteTensor(tensor);
  }
  alexnet::Input Input(int index) {
    Status status;
    TF_Tensor *tensor = nullptr;
    TF_GetInput(context, index, &tensor, status.status);
    status.Check();
    tensors.push_back(tensor);
    return {tensor};
  }
  // The op's one output, not yet filled.
  float *Output(const Shape &shape) {
    size_t bytes = sizeof(float);
    for (int64_t length : shape) bytes *= length;
    Status status;
    TF_Tensor *tensor = TF_AllocateOutput(context, 0, TF_FLOAT, shape.data(), static_cast<int>(shape.size()), bytes,
                                          status.status);
    status.Check();
    tensors.push_back(tensor);
    return static_cast<float *>(TF_TensorData(tensor));
  }

 private:
  TF_OpKernelContext *context;
  std::vector<TF_Tensor *> tensors;
};

enum Effect { PURE, IN_PLACE };

// Registers an op and its one float32 output; `T` in the inputs is float. Op(TF_OpKernelConstruction *) reads the
// attributes and Compute(OpRun &) computes; whatever they throw becomes a status. An op that cannot be registered
// is missing, and running it says so.
template <typename Op>
void RegisterOp(const char *name, std::initializer_list<const char *> inputs,
                std::initializer_list<const char *> attributes,
                void (*infer_shape)(TF_ShapeInferenceContext *, TF_Status *), Effect effect = PURE) {
  const bool generic = std::any_of(inputs.begin(), inputs.end(),
                                   [](const char *input) { return std::string(input).find(": T") != std::string::npos; });
  TF_OpDefinitionBuilder *definition = TF_NewOpDefinitionBuilder(name);
  for (const char *input : inputs) TF_OpDefinitionBuilderAddInput(definition, input);
  TF_OpDefinitionBuilderAddOutput(definition, generic ? "output: T" : "output: float");
  if (generic) TF_OpDefinitionBuilderAddAttr(definition, "T: {float}");
  // Neither merged with its like nor left out.
  TF_OpDefinitionBuilderSetIsStateful(definition, effect == IN_PLACE);
  for (const char *attribute : attributes) TF_OpDefinitionBuilderAddAttr(definition, attribute);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(definition, infer_shape);
  const auto create = [](TF_OpKernelConstruction *construction) -> void * {
    void *op = nullptr;
    Guard([&] { op = new Op(construction); },
          [&](TF_Code code, const char *message) {
            Status status;
            TF_SetStatus(status.status, code, message);
            TF_OpKernelConstruction_Failure(construction, status.status);
          });
    return op;
  };
  const auto compute = [](void *op, TF_OpKernelContext *context) {
    Guard(
        [&] {
          OpRun run(context);
          static_cast<const Op *>(op)->Compute(run);
        },
        [&](TF_Code code, const char *message) {
          Status status;
          TF_SetStatus(status.status, code, message);
          TF_OpKernelContext_Failure(context, status.status);
        });
  };
  const auto destroy = [](void *op) { delete static_cast<Op *>(op); };
  Status status;
  TF_RegisterOpDefinition(definition, status.status);
  if (TF_GetCode(status.status) != TF_OK) return;
  TF_RegisterKernelBuilder(name, TF_NewKernelBuilder(name, "CPU", create, compute, destroy), status.status);
}

}  // namespace alexnet
