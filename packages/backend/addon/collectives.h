// Sums over processes, by TensorFlow's own collectives: CollectiveReduceV2 on the processor, in a ring.
//   AlexNetSumStart  hands values over as soon as they are known, and does not wait
//   AlexNetSumEnd    waits, and gives back what belongs to one parameter
// One thread makes all of them, one after the other, so that a step goes on computing meanwhile. Every
// process has to start the same sums in the same order.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "own_op.h"
#include "step_ops.h"
#include "tensorflow/c/c_api_experimental.h"
#include "tensorflow/c/eager/c_api.h"

namespace alexnet {

using OwnedTensor = std::unique_ptr<TF_Tensor, decltype(&TF_DeleteTensor)>;

// One sum: its values before, and once it is done after, in the memory of whoever waits for it or its own.
struct Sum {
  TF_DataType type;
  void *data;
  size_t count;
  std::unique_ptr<float[]> own;
  bool done = false;
  std::string failure;
};

class Collectives {
 public:
  static Collectives &Get() {
    // Lives as long as the process: its thread may be waiting for another one when that ends.
    static auto *collectives = new Collectives();
    return *collectives;
  }

  // `device` is this process's processor by the name it has among the others.
  void Open(TFE_Context *of, std::string device_name, int processes, int seconds) {
    const std::lock_guard<std::mutex> lock(mutex);
    if (context) throw Failure{"this process is part of a group already"};
    context = of;
    device = std::move(device_name);
    size = processes;
    timeout = std::chrono::seconds(seconds);
    std::thread([this] { Work(); }).detach();
  }

  void Start(const std::shared_ptr<Sum> &sum) {
    const std::lock_guard<std::mutex> lock(mutex);
    if (!context) throw Failure{"this process is not part of a group"};
    queue.push_back(sum);
    changed.notify_all();
  }

  void Wait(const Sum &sum) {
    const auto began = std::chrono::steady_clock::now();
    std::unique_lock<std::mutex> lock(mutex);
    const bool done = changed.wait_for(lock, timeout, [&] { return sum.done; });
    waited += Milliseconds(began);
    if (!done) throw Failure{"no answer for " + std::to_string(timeout.count()) + " s"};
    if (!sum.failure.empty()) throw Failure{sum.failure};
  }

  // Sums of a step by their number in it.
  void Keep(int number, std::shared_ptr<Sum> sum) {
    const std::lock_guard<std::mutex> lock(mutex);
    kept[number] = std::move(sum);
  }
  std::shared_ptr<Sum> Kept(int number) {
    const std::lock_guard<std::mutex> lock(mutex);
    const auto found = kept.find(number);
    return found == kept.end() ? nullptr : found->second;
  }

  // Milliseconds since the last call: spent summing, and waiting for a sum.
  std::pair<double, double> TakeTimes() {
    const std::lock_guard<std::mutex> lock(mutex);
    return {std::exchange(busy, 0), std::exchange(waited, 0)};
  }

 private:
  static double Milliseconds(std::chrono::steady_clock::time_point since) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - since).count();
  }

  void Work() {
    for (;;) {
      std::shared_ptr<Sum> sum;
      {
        std::unique_lock<std::mutex> lock(mutex);
        changed.wait(lock, [&] { return !queue.empty(); });
        sum = queue.front();
        queue.pop_front();
      }
      const auto began = std::chrono::steady_clock::now();
      std::string failure;
      Guard([&] { Reduce(*sum); },
            [&](TF_Code, const char *message) { failure = message; });
      const std::lock_guard<std::mutex> lock(mutex);
      busy += Milliseconds(began);
      sum->failure = std::move(failure);
      sum->done = true;
      changed.notify_all();
    }
  }

  using OwnedHandle = std::unique_ptr<TFE_TensorHandle, decltype(&TFE_DeleteTensorHandle)>;

  static OwnedHandle HandleOf(TF_Tensor *tensor) {
    Status status;
    OwnedHandle handle(TFE_NewTensorHandle(tensor, status.status), TFE_DeleteTensorHandle);
    status.Check();
    return handle;
  }

  static OwnedHandle Integer(int32_t value) {
    TF_Tensor *tensor = TF_AllocateTensor(TF_INT32, nullptr, 0, sizeof(value));
    std::memcpy(TF_TensorData(tensor), &value, sizeof(value));
    OwnedHandle handle = HandleOf(tensor);
    TF_DeleteTensor(tensor);
    return handle;
  }

  // In pieces: the memory of large messages is mapped anew for each, and costs more than the sum.
  void Reduce(const Sum &sum) {
    const size_t unit = TF_DataTypeSize(sum.type), bytes = sum.count * unit;
    const size_t most = PIECE_PER_PROCESS * size;
    auto *data = static_cast<char *>(sum.data);
    for (size_t at = 0; at < bytes; at += most) {
      const size_t length = std::min(most, bytes - at);
      const auto count = static_cast<int64_t>(length / unit);
      const OwnedTensor piece(TF_AllocateTensor(sum.type, &count, 1, length), TF_DeleteTensor);
      if (!piece) throw std::bad_alloc();
      std::memcpy(TF_TensorData(piece.get()), data + at, length);
      const OwnedTensor total(ReducePiece(piece.get()), TF_DeleteTensor);
      std::memcpy(data + at, TF_TensorData(total.get()), length);
    }
  }

  // TensorFlow keeps what it knows of an instance for good: sums of one form take the same two by turns.
  int32_t InstanceOf(const TF_Tensor *values) {
    const auto form = std::make_pair(TF_TensorType(values), TF_TensorElementCount(values));
    const auto [found, is_new] = instances.try_emplace(form, 2 * static_cast<int32_t>(instances.size()));
    turn = 1 - turn;
    return found->second + turn;
  }

  TF_Tensor *ReducePiece(TF_Tensor *values) {
    Status status;
    std::unique_ptr<TFE_Op, decltype(&TFE_DeleteOp)> op(TFE_NewOp(context, "CollectiveReduceV2", status.status),
                                                        TFE_DeleteOp);
    status.Check();
    TFE_OpSetDevice(op.get(), device.c_str(), status.status);
    status.Check();
    const OwnedHandle inputs[] = {HandleOf(values), Integer(size), Integer(GROUP), Integer(InstanceOf(values))};
    for (const OwnedHandle &input : inputs) {
      TFE_OpAddInput(op.get(), input.get(), status.status);
      status.Check();
    }
    const auto set = [&](const char *name, const std::string &text) {
      TFE_OpSetAttrString(op.get(), name, text.data(), text.size());
    };
    set("merge_op", "Add");
    set("final_op", "Id");
    set("communication_hint", "ring");
    TFE_OpSetAttrType(op.get(), "T", TF_TensorType(values));
    // None: TensorFlow would let two threads sleep through it for every sum. Whoever waits has one.
    TFE_OpSetAttrFloat(op.get(), "timeout_seconds", 0);
    TFE_OpSetAttrBool(op.get(), "is_stateless", false);
    TFE_OpSetAttrInt(op.get(), "Nordering_token", 0);
    TFE_TensorHandle *result = nullptr;
    int count = 1;
    TFE_Execute(op.get(), &result, &count, status.status);
    status.Check();
    const OwnedHandle owned(result, TFE_DeleteTensorHandle);
    TF_Tensor *sum = TFE_TensorHandleResolve(result, status.status);
    status.Check();
    return sum;
  }

  // Of the processors of all processes; JavaScript takes another for tensors.
  static constexpr int32_t GROUP = 1;
  // Bytes of a sum that go at once, for each process: so much the messages in the ring have, however long it is.
  static constexpr size_t PIECE_PER_PROCESS = 1 << 19;

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::shared_ptr<Sum>> queue;
  std::map<int, std::shared_ptr<Sum>> kept;
  TFE_Context *context = nullptr;
  std::string device;
  int32_t size = 1;
  std::chrono::seconds timeout{0};
  // Of this process's thread alone.
  std::map<std::pair<TF_DataType, int64_t>, int32_t> instances;
  int32_t turn = 0;
  double busy = 0;
  double waited = 0;
};

// Inputs: tensors, in one piece from here on.
class SumStartOp {
 public:
  explicit SumStartOp(TF_OpKernelConstruction *construction)
      : number(IntAttribute(construction, "number")), inputs(IntAttribute(construction, "N")) {}

  void Compute(OpRun &run) const {
    std::vector<Input> parts;
    size_t count = 0;
    for (int i = 0; i < inputs; i++) {
      parts.push_back(run.Input(i));
      count += TF_TensorElementCount(parts.back().tensor);
    }
    auto &collectives = Collectives::Get();
    // In the memory of the step before: so much of it is slow to map.
    const std::shared_ptr<Sum> before = collectives.Kept(number);
    const auto sum = std::make_shared<Sum>();
    sum->own = before && before->count == count ? std::move(before->own)
                                                : std::unique_ptr<float[]>(new float[count]);
    sum->type = TF_FLOAT;
    sum->data = sum->own.get();
    sum->count = count;
    auto *to = reinterpret_cast<char *>(sum->own.get());
    for (const Input &part : parts) {
      const size_t bytes = TF_TensorByteSize(part.tensor);
      std::memcpy(to, part.Values(), bytes);
      to += bytes;
    }
    collectives.Start(sum);
    collectives.Keep(number, sum);
    *run.Output({}) = 0;
  }

 private:
  int number;
  int inputs;
};

// Inputs: a tensor of the shape that is wanted. Gives what stands at `offset` of a sum.
class SumEndOp {
 public:
  explicit SumEndOp(TF_OpKernelConstruction *construction)
      : number(IntAttribute(construction, "number")), offset(IntAttribute(construction, "offset")) {}

  void Compute(OpRun &run) const {
    const Input like = run.Input(0);
    const std::shared_ptr<Sum> sum = Collectives::Get().Kept(number);
    if (!sum) throw Failure{"there is no such sum"};
    Collectives::Get().Wait(*sum);
    const size_t count = TF_TensorElementCount(like.tensor);
    if (offset + count > sum->count) throw Failure{"the sum is shorter"};
    const auto *from = static_cast<const float *>(sum->data) + offset;
    std::memcpy(run.Output(like.Dimensions()), from, count * sizeof(float));
  }

 private:
  int number;
  size_t offset;
};

inline void RegisterSumOps() {
  const auto scalar = [](TF_ShapeInferenceContext *context, TF_Status *status) {
    TF_ShapeHandle *shape = TF_ShapeInferenceContextScalar(context);
    TF_ShapeInferenceContextSetOutput(context, 0, shape, status);
    TF_DeleteShapeHandle(shape);
  };
  const auto same = [](TF_ShapeInferenceContext *context, TF_Status *status) {
    TF_ShapeHandle *shape = TF_NewShapeHandle();
    TF_ShapeInferenceContextGetInput(context, 0, shape, status);
    TF_ShapeInferenceContextSetOutput(context, 0, shape, status);
    TF_DeleteShapeHandle(shape);
  };
  RegisterOp<SumStartOp>("AlexNetSumStart", {"values: N * float"}, {"number: int", "N: int >= 1"}, scalar, IN_PLACE);
  RegisterOp<SumEndOp>("AlexNetSumEnd", {"like: float"}, {"number: int", "offset: int"}, same, IN_PLACE);
}

}  // namespace alexnet
