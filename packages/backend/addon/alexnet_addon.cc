// tfjs-node's binding and what it lacks: attributes that are lists of strings, the momentum update in
// one pass, functions compiled to a graph, and two layers as ops of their own. Built by `alexnet
// backend install` as one unit with tfjs-node's own sources, which are found beside -I, not copied.
#include <node_api.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "signals_held.h"

#include "collectives.h"
#include "dense.h"
#include "in_parallel.h"
#include "response_norm.h"
#include "shape.h"
#include "step_ops.h"
#include "tensorflow/c/c_api.h"
#include "tensorflow/c/c_api_experimental.h"
#include "tensorflow/c/eager/c_api.h"

// The handle map and the context are private there and nothing reaches them.
#define private public
#include "tfjs_backend.h"
#undef private
#include "tfjs_backend.cc"

// Its registration gives way to the one at the end of this file.
#undef NAPI_MODULE
#define NAPI_MODULE(name, init)
#include "tfjs_binding.cc"

namespace alexnet {

using tfnodejs::TFJSBackend;
using Handle = TFE_TensorHandle *;

void Check(napi_status status) {
  if (status != napi_ok) throw Failure{"an argument is not what it should be"};
}

// JavaScript values.

struct Js {
  napi_env env;

  napi_value Get(napi_value object, const char *name) const {
    napi_value value;
    Check(napi_get_named_property(env, object, name, &value));
    return value;
  }
  bool Has(napi_value object, const char *name) const {
    bool has;
    Check(napi_has_named_property(env, object, name, &has));
    return has;
  }
  napi_value At(napi_value array, uint32_t index) const {
    napi_value value;
    Check(napi_get_element(env, array, index, &value));
    return value;
  }
  bool IsArray(napi_value value) const {
    bool is;
    Check(napi_is_array(env, value, &is));
    return is;
  }
  uint32_t Length(napi_value array) const {
    uint32_t length;
    Check(napi_get_array_length(env, array, &length));
    return length;
  }
  double Number(napi_value value) const {
    double number;
    Check(napi_get_value_double(env, value, &number));
    return number;
  }
  bool Bool(napi_value value) const {
    bool flag;
    Check(napi_get_value_bool(env, value, &flag));
    return flag;
  }
  std::string String(napi_value value) const {
    size_t length;
    Check(napi_get_value_string_utf8(env, value, nullptr, 0, &length));
    std::string text(length, '\0');
    Check(napi_get_value_string_utf8(env, value, text.data(), length + 1, &length));
    return text;
  }
  std::vector<int64_t> Integers(napi_value array) const {
    std::vector<int64_t> integers(Length(array));
    for (uint32_t i = 0; i < integers.size(); i++) {
      integers[i] = static_cast<int64_t>(Number(At(array, i)));
    }
    return integers;
  }
};

Handle Find(TFJSBackend *backend, int64_t id) {
  auto found = backend->tfe_handle_map_.find(static_cast<int32_t>(id));
  if (found == backend->tfe_handle_map_.end()) throw Failure{"there is no such tensor"};
  return found->second;
}

// A tensor's memory on the host; shared, not copied, where it already lies there.
struct HostTensor {
  TF_Tensor *tensor;
  explicit HostTensor(TF_Tensor *given) : tensor(given) {}
  explicit HostTensor(Handle handle) {
    Status status;
    tensor = TFE_TensorHandleResolve(handle, status.status);
    status.Check();
  }
  HostTensor(const HostTensor &) = delete;
  ~HostTensor() { TF_DeleteTensor(tensor); }
  float *Floats() const { return static_cast<float *>(TF_TensorData(tensor)); }
  size_t Count() const { return TF_TensorByteSize(tensor) / sizeof(float); }
};

napi_value Publish(napi_env env, TFJSBackend *backend, TF_Tensor *tensor) {
  Status status;
  Handle handle = TFE_NewTensorHandle(tensor, status.status);
  status.Check();
  // As tfjs-node does with what it makes: whole numbers stay on the host.
  if (backend->is_gpu_device && TF_TensorType(tensor) == TF_FLOAT) {
    Handle on_device = TFE_TensorHandleCopyToDevice(handle, backend->tfe_context_, backend->device_name.c_str(),
                                                    status.status);
    TFE_DeleteTensorHandle(handle);
    status.Check();
    handle = on_device;
  }
  return backend->GenerateOutputTensorInfo(env, handle);
}

// TensorFlow's fused ops: two inputs alone, then a list (bias), and attributes that are lists of strings.

bool IsFused(const std::string &op) { return op.rfind("_Fused", 0) == 0; }

// The convolutions take a second list, of scalars on the host, which nothing here needs.
bool HasHostList(const std::string &op) { return op.find("FusedConv2D") != std::string::npos; }
constexpr size_t ALONE = 2;

std::vector<std::string> Strings(const Js &js, napi_value array) {
  std::vector<std::string> strings(js.Length(array));
  for (uint32_t i = 0; i < strings.size(); i++) strings[i] = js.String(js.At(array, i));
  return strings;
}

struct StringList {
  std::vector<std::string> strings;
  std::vector<const void *> texts;
  std::vector<size_t> lengths;
  StringList(const Js &js, napi_value array) : strings(Strings(js, array)) {
    for (const auto &text : strings) {
      texts.push_back(text.data());
      lengths.push_back(text.size());
    }
  }
};

bool IsStringList(const Js &js, napi_value attribute) {
  return js.Number(js.Get(attribute, "type")) == TF_ATTR_STRING && js.IsArray(js.Get(attribute, "value"));
}

// (name, attributes, input ids, number of outputs) -> outputs' id, shape and dtype.
napi_value ExecuteFused(const Js &js, TFJSBackend *backend, napi_value *args) {
  Status status;
  const std::string op_name = js.String(args[0]);
  std::unique_ptr<TFE_Op, decltype(&TFE_DeleteOp)> op(
      TFE_NewOp(backend->tfe_context_, op_name.c_str(), status.status), TFE_DeleteOp);
  status.Check();
  std::vector<Handle> inputs;
  for (int64_t id : js.Integers(args[2])) inputs.push_back(Find(backend, id));
  if (inputs.size() < ALONE) throw Failure{"a fused op takes two inputs and a list"};
  for (size_t i = 0; i < ALONE; i++) {
    TFE_OpAddInput(op.get(), inputs[i], status.status);
    status.Check();
  }
  TFE_OpAddInputList(op.get(), inputs.data() + ALONE, static_cast<int>(inputs.size() - ALONE), status.status);
  status.Check();
  if (HasHostList(op_name)) TFE_OpSetAttrInt(op.get(), "num_host_args", 0);
  for (uint32_t i = 0; i < js.Length(args[1]); i++) {
    napi_value attribute = js.At(args[1], i);
    if (!IsStringList(js, attribute)) {
      tfnodejs::AssignOpAttr(js.env, op.get(), attribute);
      continue;
    }
    const std::string name = js.String(js.Get(attribute, "name"));
    StringList list(js, js.Get(attribute, "value"));
    TFE_OpSetAttrStringList(op.get(), name.c_str(), list.texts.data(), list.lengths.data(),
                            static_cast<int>(list.texts.size()));
  }
  int count = static_cast<int>(js.Number(args[3]));
  std::vector<Handle> results(count, nullptr);
  TFE_Execute(op.get(), results.data(), &count, status.status);
  status.Check();
  napi_value outputs;
  Check(napi_create_array_with_length(js.env, count, &outputs));
  for (int i = 0; i < count; i++) {
    Check(napi_set_element(js.env, outputs, i, backend->GenerateOutputTensorInfo(js.env, results[i])));
  }
  return outputs;
}

// The update of 2012 in one pass over memory.

// (variable, velocity, gradient ids, momentum, rate, decay) -> [velocity, variable], new tensors:
// v' = momentum v - rate (gradient + decay w), w' = w + v'.
napi_value MomentumUpdate(const Js &js, TFJSBackend *backend, napi_value *args) {
  const HostTensor variable(Find(backend, static_cast<int64_t>(js.Number(args[0]))));
  const HostTensor velocity(Find(backend, static_cast<int64_t>(js.Number(args[1]))));
  const HostTensor gradient(Find(backend, static_cast<int64_t>(js.Number(args[2]))));
  const float momentum = static_cast<float>(js.Number(args[3]));
  const float rate = static_cast<float>(js.Number(args[4]));
  const float pull = static_cast<float>(js.Number(args[4]) * js.Number(args[5]));
  const size_t count = variable.Count();
  if (velocity.Count() != count || gradient.Count() != count) throw Failure{"the shapes differ"};
  const Shape shape = ShapeOf(variable.tensor);
  const auto allocate = [&] {
    return TF_AllocateTensor(TF_FLOAT, shape.data(), static_cast<int>(shape.size()), count * sizeof(float));
  };
  const HostTensor next_velocity(allocate());
  const HostTensor next_variable(allocate());
  UpdateInside(variable.Floats(), velocity.Floats(), gradient.Floats(), next_variable.Floats(),
               next_velocity.Floats(), count, momentum, rate, pull);
  napi_value outputs;
  Check(napi_create_array_with_length(js.env, 2, &outputs));
  Check(napi_set_element(js.env, outputs, 0, Publish(js.env, backend, next_velocity.tensor)));
  Check(napi_set_element(js.env, outputs, 1, Publish(js.env, backend, next_variable.tensor)));
  return outputs;
}

// (id) -> a copy in memory of its own: tensors may share theirs with each other and with JavaScript.
napi_value CopyTensor(const Js &js, TFJSBackend *backend, napi_value *args) {
  const HostTensor from(Find(backend, static_cast<int64_t>(js.Number(args[0]))));
  const Shape shape = ShapeOf(from.tensor);
  const HostTensor copy(TF_AllocateTensor(TF_TensorType(from.tensor), shape.data(), static_cast<int>(shape.size()),
                                          TF_TensorByteSize(from.tensor)));
  std::memcpy(copy.Floats(), from.Floats(), TF_TensorByteSize(from.tensor));
  return Publish(js.env, backend, copy.tensor);
}

// Functions compiled to a graph.

// One way to run a graph.
struct GraphCall {
  std::vector<TF_Output> feeds;
  std::vector<TF_Output> results;
  std::vector<TF_Operation *> targets;
};

struct Graph {
  TF_Graph *graph = TF_NewGraph();
  TF_Session *session = nullptr;
  std::vector<GraphCall> calls;
  ~Graph() {
    if (session) {
      Status status;
      TF_CloseSession(session, status.status);
      TF_DeleteSession(session, status.status);
    }
    TF_DeleteGraph(graph);
  }
};

void SetAttribute(const Js &js, TF_OperationDescription *op, napi_value attribute) {
  const std::string name_text = js.String(js.Get(attribute, "name"));
  const char *name = name_text.c_str();
  napi_value value = js.Get(attribute, "value");
  const bool list = js.IsArray(value);
  Status status;
  switch (static_cast<int>(js.Number(js.Get(attribute, "type")))) {
    case TF_ATTR_STRING:
      if (list) {
        const StringList strings(js, value);
        TF_SetAttrStringList(op, name, strings.texts.data(), strings.lengths.data(),
                             static_cast<int>(strings.texts.size()));
      } else {
        const std::string text = js.String(value);
        TF_SetAttrString(op, name, text.data(), text.size());
      }
      return;
    case TF_ATTR_INT:
      if (list) {
        const auto integers = js.Integers(value);
        TF_SetAttrIntList(op, name, integers.data(), static_cast<int>(integers.size()));
      } else {
        TF_SetAttrInt(op, name, static_cast<int64_t>(js.Number(value)));
      }
      return;
    case TF_ATTR_FLOAT:
      if (list) throw Failure{"a list of floats"};
      return TF_SetAttrFloat(op, name, static_cast<float>(js.Number(value)));
    case TF_ATTR_BOOL:
      if (list) throw Failure{"a list of booleans"};
      return TF_SetAttrBool(op, name, js.Bool(value));
    case TF_ATTR_TYPE:
      return TF_SetAttrType(op, name, static_cast<TF_DataType>(js.Number(value)));
    case TF_ATTR_SHAPE: {
      const auto shape = js.Integers(value);
      return TF_SetAttrShape(op, name, shape.data(), static_cast<int>(shape.size()));
    }
    default:
      throw Failure{"an attribute of an unknown type"};
  }
}

// How many inputs of an op stand before and after the one that is a list; all before where none is.
std::pair<size_t, size_t> OutsideList(const std::string &op, size_t inputs) {
  if (IsFused(op)) return {ALONE, 0};
  if (op == "AddN" || op == "Pack" || op == "AlexNetSumStart") return {0, 0};
  if (op == "ConcatV2") return {0, 1};
  return {inputs, 0};
}

// ([{ feed: id } | { constant: id } | { op, attributes, inputs: slots, outputs, after?: slots }],
// [{ feeds: slots, results: slots, targets?: slots }], whether matrix products and convolutions take bfloat16)
// -> the compiled graph. Every node's outputs take the next slots; a node without outputs takes one.
napi_value CreateGraph(const Js &js, TFJSBackend *backend, napi_value *args) {
  auto made = std::make_unique<Graph>();
  std::vector<TF_Output> slots;
  Status status;
  for (uint32_t i = 0; i < js.Length(args[0]); i++) {
    napi_value node = js.At(args[0], i);
    const std::string name = "node" + std::to_string(i);
    const bool feed = js.Has(node, "feed"), constant = js.Has(node, "constant");
    const std::string kind = feed ? "Placeholder" : constant ? "Const" : js.String(js.Get(node, "op"));
    TF_OperationDescription *op = TF_NewOperation(made->graph, kind.c_str(), name.c_str());
    int outputs = 1;
    if (feed || constant) {
      const HostTensor host(Find(backend, static_cast<int64_t>(js.Number(js.Get(node, feed ? "feed" : "constant")))));
      TF_SetAttrType(op, "dtype", TF_TensorType(host.tensor));
      if (constant) {
        TF_SetAttrTensor(op, "value", host.tensor, status.status);
        status.Check();
      } else {
        const Shape shape = ShapeOf(host.tensor);
        TF_SetAttrShape(op, "shape", shape.data(), static_cast<int>(shape.size()));
      }
    } else {
      std::vector<TF_Output> inputs;
      for (int64_t slot : js.Integers(js.Get(node, "inputs"))) inputs.push_back(slots.at(slot));
      const auto [before, after] = OutsideList(kind, inputs.size());
      if (inputs.size() < before + after) throw Failure{"inputs of " + kind + " are missing"};
      const size_t listed = inputs.size() - before - after;
      for (size_t input = 0; input < before; input++) TF_AddInput(op, inputs[input]);
      if (before < inputs.size()) TF_AddInputList(op, inputs.data() + before, static_cast<int>(listed));
      for (size_t input = before + listed; input < inputs.size(); input++) TF_AddInput(op, inputs[input]);
      if (HasHostList(kind)) TF_AddInputList(op, nullptr, 0);
      if (js.Has(node, "after")) {
        for (int64_t slot : js.Integers(js.Get(node, "after"))) TF_AddControlInput(op, slots.at(slot).oper);
      }
      napi_value attributes = js.Get(node, "attributes");
      for (uint32_t a = 0; a < js.Length(attributes); a++) SetAttribute(js, op, js.At(attributes, a));
      outputs = static_cast<int>(js.Number(js.Get(node, "outputs")));
    }
    TF_Operation *operation = TF_FinishOperation(op, status.status);
    status.Check();
    for (int index = 0; index < std::max(outputs, 1); index++) slots.push_back({operation, index});
  }
  for (uint32_t i = 0; i < js.Length(args[1]); i++) {
    napi_value given = js.At(args[1], i);
    GraphCall call;
    for (int64_t slot : js.Integers(js.Get(given, "feeds"))) call.feeds.push_back(slots.at(slot));
    for (int64_t slot : js.Integers(js.Get(given, "results"))) call.results.push_back(slots.at(slot));
    if (js.Has(given, "targets")) {
      for (int64_t slot : js.Integers(js.Get(given, "targets"))) call.targets.push_back(slots.at(slot).oper);
    }
    made->calls.push_back(std::move(call));
  }

  std::unique_ptr<TF_SessionOptions, decltype(&TF_DeleteSessionOptions)> options(TF_NewSessionOptions(),
                                                                                 TF_DeleteSessionOptions);
  // ConfigProto { inter_op_parallelism_threads: -1 }, field 5 as a varint: a chain of layers gains
  // nothing from a second scheduler thread, so ops are started by the calling one.
  // allow_soft_placement (7): on a GPU, what it has no kernel for goes to the processor.
  std::vector<unsigned char> config = {0x28, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x38, 0x01};
  if (js.Bool(args[2])) {
    // graph_options (10) { rewrite_options (10) { auto_mixed_precision_onednn_bfloat16 (31): ON } }
    config.insert(config.end(), {0x52, 0x05, 0x52, 0x03, 0xf8, 0x01, 0x01});
  }
  TF_SetConfig(options.get(), config.data(), config.size(), status.status);
  status.Check();
  made->session = TF_NewSession(made->graph, options.get(), status.status);
  status.Check();
  napi_value external;
  const auto finalize = [](napi_env, void *graph, void *) { delete static_cast<Graph *>(graph); };
  Check(napi_create_external(js.env, made.get(), finalize, nullptr, &external));
  made.release();
  return external;
}

// (graph, number of the call, ids of its feeds in their order) -> the results' id, shape and dtype.
napi_value RunGraph(const Js &js, TFJSBackend *backend, napi_value *args) {
  void *pointer;
  Check(napi_get_value_external(js.env, args[0], &pointer));
  const Graph &graph = *static_cast<Graph *>(pointer);
  const GraphCall &call = graph.calls.at(static_cast<size_t>(js.Number(args[1])));
  std::vector<std::unique_ptr<HostTensor>> hosts;
  std::vector<TF_Tensor *> values;
  for (int64_t id : js.Integers(args[2])) {
    hosts.push_back(std::make_unique<HostTensor>(Find(backend, id)));
    values.push_back(hosts.back()->tensor);
  }
  if (values.size() != call.feeds.size()) throw Failure{"the graph takes another number of tensors"};
  std::vector<TF_Tensor *> results(call.results.size(), nullptr);
  Status status;
  TF_SessionRun(graph.session, nullptr, call.feeds.data(), values.data(), static_cast<int>(values.size()),
                call.results.data(), results.data(), static_cast<int>(results.size()), call.targets.data(),
                static_cast<int>(call.targets.size()), nullptr, status.status);
  status.Check();
  hosts.clear();
  for (TF_Tensor *result : results) hosts.push_back(std::make_unique<HostTensor>(result));
  napi_value outputs;
  Check(napi_create_array_with_length(js.env, results.size(), &outputs));
  for (uint32_t i = 0; i < results.size(); i++) {
    Check(napi_set_element(js.env, outputs, i, Publish(js.env, backend, results[i])));
  }
  return outputs;
}

// One process of many.

// The name of the first device of a type; empty where there is none.
std::string DeviceName(TFE_Context *context, const char *type) {
  Status status;
  std::unique_ptr<TF_DeviceList, decltype(&TF_DeleteDeviceList)> list(
      TFE_ContextListDevices(context, status.status), TF_DeleteDeviceList);
  status.Check();
  for (int i = 0; i < TF_DeviceListCount(list.get()); i++) {
    if (std::strcmp(TF_DeviceListType(list.get(), i, status.status), type) == 0) {
      return TF_DeviceListName(list.get(), i, status.status);
    }
  }
  return {};
}

// (ServerDef as bytes, number of processes, seconds a sum may take) -> undefined. Devices have other
// names afterwards.
napi_value OpenCollectives(const Js &js, TFJSBackend *backend, napi_value *args) {
  void *bytes;
  size_t length;
  Check(napi_get_typedarray_info(js.env, args[0], nullptr, &length, &bytes, nullptr, nullptr));
  Status status;
  TFE_EnableCollectiveOps(backend->tfe_context_, bytes, length, status.status);
  status.Check();
  const std::string processor = DeviceName(backend->tfe_context_, "CPU");
  backend->device_name = backend->is_gpu_device ? DeviceName(backend->tfe_context_, "GPU") : processor;
  Collectives::Get().Open(backend->tfe_context_, processor, static_cast<int>(js.Number(args[1])),
                          static_cast<int>(js.Number(args[2])));
  return nullptr;
}

// (array) -> undefined: float64, float32 or int32 values, replaced by their sums over all processes.
napi_value SumNumbers(const Js &js, TFJSBackend *, napi_value *args) {
  napi_typedarray_type kind;
  void *data;
  size_t length;
  Check(napi_get_typedarray_info(js.env, args[0], &kind, &length, &data, nullptr, nullptr));
  const TF_DataType type = kind == napi_float64_array   ? TF_DOUBLE
                           : kind == napi_float32_array ? TF_FLOAT
                           : kind == napi_int32_array   ? TF_INT32
                                                        : throw Failure{"numbers of another type"};
  const auto sum = std::make_shared<Sum>();
  sum->type = type;
  sum->data = data;
  sum->count = length;
  Collectives::Get().Start(sum);
  Collectives::Get().Wait(*sum);
  return nullptr;
}

// () -> [milliseconds spent summing, milliseconds waited for a sum] since the last call.
napi_value CollectiveTimes(const Js &js, TFJSBackend *, napi_value *) {
  const auto [busy, waited] = Collectives::Get().TakeTimes();
  napi_value times, number;
  Check(napi_create_array_with_length(js.env, 2, &times));
  Check(napi_create_double(js.env, busy, &number));
  Check(napi_set_element(js.env, times, 0, number));
  Check(napi_create_double(js.env, waited, &number));
  Check(napi_set_element(js.env, times, 1, number));
  return times;
}

template <napi_value (*Body)(const Js &, TFJSBackend *, napi_value *), size_t Arguments>
napi_value Call(napi_env env, napi_callback_info info) {
  napi_value result = nullptr;
  Guard(
      [&] {
        size_t count = Arguments;
        napi_value args[Arguments + 1];
        Check(napi_get_cb_info(env, info, &count, args, nullptr, nullptr));
        if (count < Arguments) throw Failure{"arguments are missing"};
        void *backend;
        Check(napi_get_instance_data(env, &backend));
        result = Body(Js{env}, static_cast<TFJSBackend *>(backend), args);
      },
      [&](TF_Code, const char *message) {
        bool pending = false;
        napi_is_exception_pending(env, &pending);
        if (!pending) napi_throw_error(env, nullptr, message);
      });
  return result;
}

napi_value Init(napi_env env, napi_value exports) {
  if (!tfnodejs::InitTFNodeJSBinding(env, exports)) return exports;
  // Once in a process, however many threads of Node load the addon.
  static std::once_flag once;
  bool registered = true;
  Guard(
      [&] {
        std::call_once(once, [] {
          RegisterResponseNorm();
          RegisterDense();
          RegisterStepOps();
          RegisterSumOps();
        });
      },
      [&](TF_Code, const char *message) {
        registered = false;
        napi_throw_error(env, nullptr, message);
      });
  if (!registered) return exports;
  const napi_property_descriptor added[] = {
      {"executeFused", nullptr, Call<ExecuteFused, 4>, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"momentumUpdate", nullptr, Call<MomentumUpdate, 6>, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"copyTensor", nullptr, Call<CopyTensor, 1>, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"createGraph", nullptr, Call<CreateGraph, 3>, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"runGraph", nullptr, Call<RunGraph, 3>, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"openCollectives", nullptr, Call<OpenCollectives, 3>, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"sumNumbers", nullptr, Call<SumNumbers, 1>, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"collectiveTimes", nullptr, Call<CollectiveTimes, 0>, nullptr, nullptr, nullptr, napi_default, nullptr},
  };
  napi_value yes;
  napi_get_boolean(env, true, &yes);
  napi_set_named_property(env, exports, "ownOps", yes);
  napi_define_properties(env, exports, sizeof(added) / sizeof(added[0]), added);
  return exports;
}

NAPI_MODULE_INIT() { return Init(env, exports); }

}  // namespace alexnet
