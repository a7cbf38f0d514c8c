/** The few WebGPU members used here; browsers and Dawn share them. Source: the WebGPU specification. */
export interface Gpu {
  requestAdapter(options?: { powerPreference?: 'high-performance' }): Promise<Adapter | null>;
}

export interface Adapter {
  readonly info?: AdapterInfo;
  readonly limits: Readonly<Record<string, number>>;
  requestDevice(descriptor: { requiredLimits: Record<string, number> }): Promise<Device>;
}

export interface AdapterInfo {
  readonly vendor?: string;
  readonly architecture?: string;
  readonly description?: string;
  readonly isFallbackAdapter?: boolean;
}

export type ErrorFilter = 'validation' | 'out-of-memory' | 'internal';

export interface Device {
  readonly limits: Readonly<Record<string, number>>;
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  pushErrorScope(filter: ErrorFilter): void;
  createBuffer(descriptor: {
    size: number;
    usage: number;
    mappedAtCreation: boolean;
  }): DeviceBuffer;
  popErrorScope(): Promise<{ readonly message: string } | null>;
  destroy(): void;
}

export interface DeviceBuffer {
  readonly size: number;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
  mapAsync(mode: number): Promise<void>;
  destroy(): void;
}
