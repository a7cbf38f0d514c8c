/** The few WebGPU members used here; browsers and Dawn share them. Source: the WebGPU specification. */
export interface Gpu {
  requestAdapter(options?: { powerPreference?: 'high-performance' }): Promise<Adapter | null>;
}

export interface Adapter {
  readonly info?: AdapterInfo;
  readonly limits: Readonly<Record<string, number>>;
  readonly features: ReadonlySet<string>;
  requestDevice(descriptor: {
    requiredLimits: Record<string, number>;
    requiredFeatures: string[];
  }): Promise<Device>;
}

export interface AdapterInfo {
  readonly vendor?: string;
  readonly architecture?: string;
  readonly device?: string;
  readonly description?: string;
  readonly isFallbackAdapter?: boolean;
  /** Threads of a subgroup; where the adapter has `subgroups`. */
  readonly subgroupMinSize?: number;
  readonly subgroupMaxSize?: number;
  /** Of Dawn's chromium-experimental-subgroup-matrix. */
  readonly subgroupMatrixConfigs?: Iterable<SubgroupMatrixConfig>;
}

/** What the subgroups of an adapter multiply at once: [M, K] by [K, N]. */
export interface SubgroupMatrixConfig {
  readonly componentType: string;
  readonly resultComponentType: string;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

export type ErrorFilter = 'validation' | 'out-of-memory' | 'internal';

export interface Device {
  readonly features: ReadonlySet<string>;
  readonly limits: Readonly<Record<string, number>>;
  readonly queue: Queue;
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  pushErrorScope(filter: ErrorFilter): void;
  createBuffer(descriptor: {
    size: number;
    usage: number;
    mappedAtCreation?: boolean;
  }): DeviceBuffer;
  createShaderModule(descriptor: { code: string }): object;
  createComputePipeline(descriptor: {
    layout: 'auto';
    compute: { module: object; entryPoint: string };
  }): Pipeline;
  createBindGroup(descriptor: {
    layout: object;
    entries: { binding: number; resource: Binding }[];
  }): object;
  createCommandEncoder(): CommandEncoder;
  createQuerySet(descriptor: { type: 'timestamp'; count: number }): QuerySet;
  popErrorScope(): Promise<{ readonly message: string } | null>;
  destroy(): void;
}

export interface QuerySet {
  destroy(): void;
}

export interface Pipeline {
  getBindGroupLayout(group: number): object;
}

export interface Binding {
  readonly buffer: DeviceBuffer;
  readonly offset?: number;
  readonly size?: number;
}

export interface DeviceBuffer {
  readonly size: number;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
  mapAsync(mode: number): Promise<void>;
  destroy(): void;
}

export interface Queue {
  writeBuffer(buffer: DeviceBuffer, offset: number, values: ArrayBufferView): void;
  submit(commands: readonly object[]): void;
  onSubmittedWorkDone(): Promise<unknown>;
}

export interface CommandEncoder {
  beginComputePass(descriptor?: {
    timestampWrites: {
      querySet: QuerySet;
      beginningOfPassWriteIndex: number;
      endOfPassWriteIndex: number;
    };
  }): ComputePass;
  resolveQuerySet(
    querySet: QuerySet,
    first: number,
    count: number,
    to: DeviceBuffer,
    offset: number,
  ): void;
  copyBufferToBuffer(
    from: DeviceBuffer,
    fromOffset: number,
    to: DeviceBuffer,
    toOffset: number,
    size: number,
  ): void;
  finish(): object;
}

export interface ComputePass {
  setPipeline(pipeline: object): void;
  setBindGroup(group: number, bindGroup: object): void;
  dispatchWorkgroups(x: number, y?: number, z?: number): void;
  end(): void;
}

/** GPUBufferUsage. Source: the WebGPU specification. */
export const USAGE = {
  mapRead: 0x1,
  mapWrite: 0x2,
  copySource: 0x4,
  copyTarget: 0x8,
  uniform: 0x40,
  storage: 0x80,
} as const;

/** Of a tensor's buffer, as tfjs makes it. */
export const TENSOR_USAGE = 0x80 | 0x4 | 0x8;

/** GPUMapMode. Source: the WebGPU specification. */
export const MAP_MODE = { read: 0x1, write: 0x2 } as const;
