import type { Precision } from '@alexnet/model';
import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';

/** Of tensorflow/c/tf_datatype.h. */
export const TF_FLOAT = 1;
export const TF_DOUBLE = 2;
export const TF_INT32 = 3;
export const TF_INT64 = 9;
export const TF_BOOL = 10;
export const TF_BFLOAT16 = 14;
export const TF_HALF = 19;

/** One attribute of a TensorFlow op, as the binding takes it. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** What the runtime says of a tensor it made. */
export interface Metadata {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: number;
}

/** One step of a graph; its outputs take the next slots. */
export type GraphNode =
  /** A tensor given at every run; its shape is fixed. */
  | { readonly feed: number }
  /** A tensor copied into the graph. */
  | { readonly constant: number }
  | {
      readonly op: string;
      readonly attributes: readonly OpAttribute[];
      /** Slots. */
      readonly inputs: readonly number[];
      /** Without any, the node takes a slot all the same, to be waited for or run. */
      readonly outputs: number;
      /** Slots that are filled before. */
      readonly after?: readonly number[];
    };

/** One way to run a graph, by slots. */
export interface GraphCall {
  /** Of `feed` nodes: in this order a run gives their tensors. */
  readonly feeds: readonly number[];
  readonly results: readonly number[];
  /** Nodes to run though nothing of theirs is handed out. */
  readonly targets?: readonly number[];
}

/**
 * The part of tfjs-node's binding that runs ops (tfjs-node/dist/tfjs_binding.d.ts), and what an addon
 * built here has beyond it (addon/alexnet_addon.cc).
 */
export interface OpBinding {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  createTensor(shape: readonly number[], dtype: number, values: ArrayBufferView): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): unknown;
  executeOp(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly number[],
    outputs: number,
  ): readonly Metadata[];
  /** Whether the ops of addon/ are there, for a processor. */
  readonly ownOps?: boolean;
  /** executeOp for `_Fused…`: two inputs alone, then a list; string attributes may be lists. */
  readonly executeFused?: OpBinding['executeOp'] | undefined;
  /** Returns velocity and variable. */
  readonly momentumUpdate?: (
    variable: number,
    velocity: number,
    gradient: number,
    momentum: number,
    rate: number,
    decay: number,
  ) => readonly Metadata[];
  /** With `usesBfloat16` convolutions and products take bfloat16, and weights and results stay float32. */
  readonly createGraph?: (
    nodes: readonly GraphNode[],
    calls: readonly GraphCall[],
    usesBfloat16: boolean,
  ) => object;
  /** Runs the call of that number. */
  readonly runGraph?: (
    graph: object,
    call: number,
    feeds: readonly number[],
  ) => readonly Metadata[];
  /** In memory that nothing else refers to. */
  readonly copyTensor?: (id: number) => Metadata;
  /** Makes this process one of many. */
  readonly openCollectives?: (serverDef: Uint8Array, processes: number, seconds: number) => void;
  /** Replaces values by their sums over all processes. */
  readonly sumNumbers?: (values: Float32Array | Float64Array | Int32Array) => void;
  /** Milliseconds since the last call: summing, and waiting for a sum. */
  readonly collectiveTimes?: () => readonly [busy: number, waited: number];
}

/** tfjs-node's NodeJSKernelBackend. Source: tfjs-node/dist/nodejs_kernel_backend.d.ts. */
export interface TensorflowBackend extends KernelBackend {
  /** Of compiled graphs (step/precision.ts); fp32 where left out. */
  readonly precision?: Precision;
  /** For tests: graphs of steps as for a GPU, on the processor. */
  readonly actsAsGpu?: boolean;
  binding: OpBinding;
  readonly isUsingGpuDevice: boolean;
  /** What tfjs-node knows of a tensor; no id is -1. */
  readonly tensorMap: { get(dataId: object): { id: number } };
  getInputTensorIds(tensors: readonly TensorInfo[]): readonly number[];
  createOutputTensor(metadata: Metadata): TensorInfo;
}

/** Whether what is compiled is to run on a GPU. */
export function computesOnGpu({ isUsingGpuDevice, actsAsGpu }: TensorflowBackend): boolean {
  return isUsingGpuDevice || actsAsGpu === true;
}

/** Whether TensorFlow is to turn products of a finished graph to bfloat16; for GPUs they are recorded so. */
export function turnsToBfloat16(backend: TensorflowBackend): boolean {
  return backend.precision === 'bf16' && !computesOnGpu(backend);
}

/** A tensor of the TensorFlow runtime that tfjs does not know of. */
export interface Handle {
  readonly metadata: Metadata;
}

/**
 * Runs TensorFlow ops without a tfjs tensor per step.
 * Every handle made inside `work` is deleted at the end, except the one it returns, which becomes a
 * tfjs tensor.
 */
export function withRawOps(
  backend: TensorflowBackend,
  work: (ops: RawOps) => Handle | readonly Handle[],
): TensorInfo | TensorInfo[] {
  const { binding } = backend;
  const made = new Set<number>();
  try {
    const result = work(rawOps(backend, made));
    const give = ({ metadata }: Handle) => {
      made.delete(metadata.id);
      return backend.createOutputTensor(metadata);
    };
    return 'metadata' in result ? give(result) : result.map(give);
  } finally {
    for (const id of made) binding.deleteTensor(id);
  }
}

export interface RawOps {
  /** The runtime's handle of a tfjs tensor; it stays tfjs'. */
  input(tensor: TensorInfo): Handle;
  /** A new float32 scalar. */
  scalar(value: number): Handle;
  /** A new int32 scalar. */
  int(value: number): Handle;
  /** A new int64 scalar, 0 to 2³² - 1. */
  long(value: number): Handle;
  /** A new one-dimensional int32 tensor. */
  ints(values: readonly number[]): Handle;
  /** A new one-dimensional float32 tensor without values. */
  none(): Handle;
  /** Runs an op of one output; `T` is float32 unless given, or the op has none. */
  run(name: string, attributes: Attributes, inputs: readonly Handle[], types?: 'untyped'): Handle;
  /** Runs an op of as many outputs. */
  runMany(
    name: string,
    attributes: Attributes,
    inputs: readonly Handle[],
    outputs: number,
  ): readonly Handle[];
}

/** Attribute values by name: numbers are integers unless wrapped by `float`. */
export type Attributes = Readonly<
  Record<
    string,
    string | boolean | number | readonly number[] | readonly string[] | { readonly float: number }
  >
>;

function rawOps(backend: TensorflowBackend, made: Set<number>): RawOps {
  const { binding } = backend;
  const own = (metadata: Metadata): Handle => {
    made.add(metadata.id);
    return { metadata };
  };
  const create = (shape: readonly number[], dtype: number, values: ArrayBufferView) =>
    own({ id: binding.createTensor(shape, dtype, values), shape, dtype });
  const type = { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
  const runMany = (
    name: string,
    attributes: Attributes,
    inputs: readonly Handle[],
    outputs: number,
    types?: 'untyped',
  ) => {
    const given = opAttributes(binding, attributes);
    const ids = inputs.map(({ metadata }) => metadata.id);
    const typed = types === 'untyped' || 'T' in attributes ? given : [type, ...given];
    const execute = hasStringList(attributes) ? binding.executeFused : binding.executeOp;
    return (execute?.(name, typed, ids, outputs) ?? []).map(own);
  };
  return {
    input: (tensor) => {
      const [id = -1] = backend.getInputTensorIds([tensor]);
      return { metadata: { id, shape: tensor.shape, dtype: binding.TF_FLOAT } };
    },
    scalar: (value) => create([], binding.TF_FLOAT, Float32Array.of(value)),
    int: (value) => create([], binding.TF_INT32, Int32Array.of(value)),
    // The binding takes the two halves of an int64.
    long: (value) => create([], TF_INT64, Int32Array.of(value, 0)),
    ints: (values) => create([values.length], binding.TF_INT32, Int32Array.from(values)),
    none: () => create([0], binding.TF_FLOAT, new Float32Array(0)),
    runMany,
    run: (name, attributes, inputs, types) => {
      const [result] = runMany(name, attributes, inputs, 1, types);
      if (!result) throw new Error(`the TensorFlow op ${name} returned nothing`);
      return result;
    },
  };
}

/** Attributes whose number is a type; every other number here is an integer. */
const TYPE_ATTRIBUTES = new Set(['T', 'U', 'SrcT', 'DstT', 'Index', 'Tidx', 'Tpaddings', 'dtype']);

const isStringList = (value: unknown) => Array.isArray(value) && typeof value[0] === 'string';

const hasStringList = (attributes: Attributes) => Object.values(attributes).some(isStringList);

/** Attributes as the binding takes them. */
export function opAttributes(binding: AttributeTypes, attributes: Attributes): OpAttribute[] {
  return Object.entries(attributes).map(([name, value]) => attribute(binding, name, value));
}

/** The binding's numbers of the types an attribute can have: TF_AttrType of tensorflow/c/c_api.h. */
export type AttributeTypes = Pick<
  OpBinding,
  | 'TF_ATTR_STRING'
  | 'TF_ATTR_INT'
  | 'TF_ATTR_FLOAT'
  | 'TF_ATTR_BOOL'
  | 'TF_ATTR_TYPE'
  | 'TF_ATTR_SHAPE'
>;

function attribute(binding: AttributeTypes, name: string, value: Attributes[string]): OpAttribute {
  if (typeof value === 'string' || isStringList(value))
    return { name, type: binding.TF_ATTR_STRING, value };
  if (typeof value === 'boolean') return { name, type: binding.TF_ATTR_BOOL, value };
  if (typeof value === 'object' && 'float' in value) {
    return { name, type: binding.TF_ATTR_FLOAT, value: value.float };
  }
  if (name === 'shape') return { name, type: binding.TF_ATTR_SHAPE, value };
  const kind = TYPE_ATTRIBUTES.has(name) ? binding.TF_ATTR_TYPE : binding.TF_ATTR_INT;
  return { name, type: kind, value };
}
