// The ops of a training step that runs as one graph:
//   AlexNetDropoutMask  the masks of @alexnet/model (dropout-mask.ts), the same integers
//   AlexNetGate         1, less where the gradient is clipped, NaN where nothing may change
//   AlexNetUpdate       one parameter and its velocity, in place
//   AlexNetAverage      a moving average of one parameter, in place
//   AlexNetStore        a parameter that is not learned (running values of batch norm), in place
// "In place" means in the memory of an input: parameters are given to every run, and their memory is the
// tensor itself. Whoever builds the graph lets such an op run after all that read the parameter.
// A gate that is NaN leaves every value as it was.
//
// No clones for instruction sets here: they would fuse products into sums, and round otherwise than
// the same update op by op.
#pragma once

#include <cmath>
#include <cstring>
#include <string>

#include "in_parallel.h"
#include "own_op.h"

namespace alexnet {

constexpr size_t UPDATE_PER_THREAD = 1 << 18;

// v = momentum v - rate g - pull w, then w = w + v: the rule of 2012 with the rate inside.
inline void UpdateInside(const float *w, const float *v, const float *g, float *to_w, float *to_v, size_t count,
                         float momentum, float rate, float pull) {
  InParallel(count, UPDATE_PER_THREAD, [=](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      const float next = momentum * v[i] - rate * g[i] - pull * w[i];
      to_v[i] = next;
      to_w[i] = w[i] + next;
    }
  });
}

inline std::string StringAttribute(TF_OpKernelConstruction *construction, const char *name) {
  Status status;
  int32_t list = 0, length = 0;
  TF_OpKernelConstruction_GetAttrSize(construction, name, &list, &length, status.status);
  status.Check();
  std::string text(length, '\0');
  TF_OpKernelConstruction_GetAttrString(construction, name, text.data(), text.size(), status.status);
  status.Check();
  return text;
}

inline float FloatAttribute(TF_OpKernelConstruction *construction, const char *name) {
  Status status;
  float value = 0;
  TF_OpKernelConstruction_GetAttrFloat(construction, name, &value, status.status);
  status.Check();
  return value;
}

inline int32_t IntAttribute(TF_OpKernelConstruction *construction, const char *name) {
  Status status;
  int32_t value = 0;
  TF_OpKernelConstruction_GetAttrInt32(construction, name, &value, status.status);
  status.Check();
  return value;
}

// random-stream.ts, in the same 32-bit arithmetic.
inline uint32_t Mix(uint32_t h) {
  h = (h ^ (h >> 16)) * 0x85ebca6bu;
  h = (h ^ (h >> 13)) * 0xc2b2ae35u;
  return h ^ (h >> 16);
}

inline uint32_t StreamKey(uint32_t seed, const std::string &name) {
  uint32_t key = Mix(seed ^ 0x9e3779b9u);
  for (unsigned char letter : name) key = Mix(key ^ letter);
  return key;
}

inline uint32_t Word(uint32_t key, uint32_t index) { return Mix(Mix(key + index * 0x9e3779b9u) ^ key); }

// Inputs: seed, and the mask's shape. `from` units of the same draw come before.
class DropoutMaskOp {
 public:
  explicit DropoutMaskOp(TF_OpKernelConstruction *construction)
      : stream(StringAttribute(construction, "stream")),
        threshold(static_cast<uint32_t>(IntAttribute(construction, "threshold"))),
        kept(FloatAttribute(construction, "kept")),
        from(static_cast<size_t>(IntAttribute(construction, "from"))) {}

  void Compute(OpRun &run) const {
    const Input seed = run.Input(0), dimensions = run.Input(1);
    const auto *lengths = static_cast<const int32_t *>(TF_TensorData(dimensions.tensor));
    const Shape shape(lengths, lengths + TF_TensorElementCount(dimensions.tensor));
    float *mask = run.Output(shape);
    size_t count = 1;
    for (int64_t length : shape) count *= length;
    const uint32_t key = StreamKey(static_cast<uint32_t>(*static_cast<const int32_t *>(TF_TensorData(seed.tensor))), stream);
    const uint32_t least = threshold;
    const float value = kept;
    // One word decides two units; those of the first and the last may belong to others.
    const size_t first = from, last = from + count;
    const size_t first_pair = first / 2;
    InParallel((last + 1) / 2 - first_pair, PAIRS_PER_THREAD, [=](size_t begin, size_t end) {
      for (size_t pair = first_pair + begin; pair < first_pair + end; pair++) {
        const uint32_t bits = Word(key, static_cast<uint32_t>(pair));
        if (2 * pair >= first) mask[2 * pair - first] = (bits & 0xffff) >= least ? value : 0;
        if (2 * pair + 1 < last) mask[2 * pair + 1 - first] = (bits >> 16) >= least ? value : 0;
      }
    });
  }

 private:
  static constexpr size_t PAIRS_PER_THREAD = 1 << 18;
  std::string stream;
  uint32_t threshold;
  float kept;
  size_t from;
};

// Inputs: the loss, and the squared norm of the gradient. A `limit` of 0 is none.
class GateOp {
 public:
  explicit GateOp(TF_OpKernelConstruction *construction) : limit(FloatAttribute(construction, "limit")) {}

  void Compute(OpRun &run) const {
    const float loss = *run.Input(0).Values();
    const double norm = std::sqrt(static_cast<double>(*run.Input(1).Values()));
    float gate = std::isfinite(loss) && std::isfinite(norm) ? 1.0f : NAN;
    if (limit > 0 && norm > limit) gate = static_cast<float>(gate * (limit / norm));
    *run.Output({}) = gate;
  }

 private:
  double limit;
};

inline bool Closed(const Input &gate) { return std::isnan(*gate.Values()); }

// Inputs: w, v, g, numbers [parameters, 3] (momentum, rate, rate · decay, or decay where the rate is
// outside), gate. A rate of 0 changes nothing.
class UpdateOp {
 public:
  explicit UpdateOp(TF_OpKernelConstruction *construction)
      : row(IntAttribute(construction, "row")), is_inside(IntAttribute(construction, "inside") != 0) {}

  void Compute(OpRun &run) const {
    const Input variable = run.Input(0), velocity = run.Input(1), gradient = run.Input(2);
    const Input numbers = run.Input(3), gate = run.Input(4);
    const Shape shape = variable.Dimensions();
    if (velocity.Dimensions() != shape || gradient.Dimensions() != shape) throw Failure{"the shapes differ"};
    if (numbers.Dimensions().at(0) <= row) throw Failure{"the numbers of a parameter are missing"};
    const float *own = numbers.Values() + 3 * row;
    const float momentum = own[0], rate = own[1], third = own[2], scale = *gate.Values();
    *run.Output({}) = scale;
    if (Closed(gate) || rate == 0) return;
    float *w = variable.Memory(), *v = velocity.Memory();
    const float *g = gradient.Values();
    const size_t count = TF_TensorElementCount(variable.tensor);
    const bool inside = is_inside;
    if (inside && scale == 1) return UpdateInside(w, v, g, w, v, count, momentum, rate, third);
    InParallel(count, UPDATE_PER_THREAD, [=](size_t begin, size_t end) {
      for (size_t i = begin; i < end; i++) {
        const float slope = scale == 1 ? g[i] : g[i] * scale;
        if (inside) {
          v[i] = momentum * v[i] - rate * slope - third * w[i];
          w[i] = w[i] + v[i];
        } else {
          v[i] = v[i] * momentum + (third == 0 ? slope : slope + w[i] * third);
          w[i] = w[i] - v[i] * rate;
        }
      }
    });
  }

 private:
  int64_t row;
  bool is_inside;
};

// Inputs: mean, live, share (of the difference that is taken over), gate.
class AverageOp {
 public:
  explicit AverageOp(TF_OpKernelConstruction *) {}

  void Compute(OpRun &run) const {
    const Input mean = run.Input(0), live = run.Input(1), gate = run.Input(3);
    const float share = *run.Input(2).Values();
    if (mean.Dimensions() != live.Dimensions()) throw Failure{"the shapes differ"};
    *run.Output({}) = *gate.Values();
    if (Closed(gate)) return;
    float *m = mean.Memory();
    const float *w = live.Values();
    InParallel(TF_TensorElementCount(mean.tensor), UPDATE_PER_THREAD, [=](size_t begin, size_t end) {
      for (size_t i = begin; i < end; i++) m[i] = m[i] + (w[i] - m[i]) * share;
    });
  }
};

// Inputs: the parameter, its next value, gate.
class StoreOp {
 public:
  explicit StoreOp(TF_OpKernelConstruction *) {}

  void Compute(OpRun &run) const {
    const Input parameter = run.Input(0), next = run.Input(1), gate = run.Input(2);
    if (parameter.Dimensions() != next.Dimensions()) throw Failure{"the shapes differ"};
    *run.Output({}) = *gate.Values();
    if (!Closed(gate)) std::memcpy(parameter.Memory(), next.Values(), TF_TensorByteSize(next.tensor));
  }
};

inline void RegisterStepOps() {
  const auto unknown = [](TF_ShapeInferenceContext *context, TF_Status *status) {
    TF_ShapeInferenceContextSetUnknownShape(context, status);
  };
  const auto scalar = [](TF_ShapeInferenceContext *context, TF_Status *status) {
    TF_ShapeHandle *shape = TF_ShapeInferenceContextScalar(context);
    TF_ShapeInferenceContextSetOutput(context, 0, shape, status);
    TF_DeleteShapeHandle(shape);
  };
  RegisterOp<DropoutMaskOp>("AlexNetDropoutMask", {"seed: int32", "shape: int32"},
                            {"stream: string", "threshold: int", "kept: float", "from: int"}, unknown);
  RegisterOp<GateOp>("AlexNetGate", {"loss: float", "squared: float"}, {"limit: float"}, scalar);
  RegisterOp<UpdateOp>("AlexNetUpdate", {"w: float", "v: float", "g: float", "numbers: float", "gate: float"},
                       {"row: int", "inside: int"}, scalar, IN_PLACE);
  RegisterOp<AverageOp>("AlexNetAverage", {"mean: float", "live: float", "share: float", "gate: float"}, {}, scalar,
                        IN_PLACE);
  RegisterOp<StoreOp>("AlexNetStore", {"parameter: float", "next: float", "gate: float"}, {}, scalar, IN_PLACE);
}

}  // namespace alexnet
