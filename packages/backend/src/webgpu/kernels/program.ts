import type { Precision } from '@alexnet/model';
import type { DataType, KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import type { Device } from '../webgpu-types.js';
import type { MatrixShape } from './matrix-loop.js';
import type { TileChoice } from './tile.js';

/** One WGSL program as tfjs-backend-webgpu 4.22 runs it. Source: its dist/webgpu_program.d.ts. */
export interface Program {
  /** Names the compiled program together with the ranks and types of its tensors. */
  shaderKey: string;
  readonly outputShape: number[];
  readonly variableNames: readonly string[];
  readonly workgroupSize: [number, number, number];
  /** Which axes of the output each dimension of `dispatch` walks; only `x` makes it a flat one. */
  readonly dispatchLayout: { readonly x: number[]; readonly y?: number[]; readonly z?: number[] };
  /** Workgroups in each dimension; tfjs folds a flat one that exceeds the device's limit. */
  dispatch: [number, number, number];
  /** Fields of the uniform block after those of tfjs, `name : type,` each. */
  readonly uniforms?: string;
  /** Whether the block has `size`, the length of the output in components. */
  readonly size?: boolean;
  /** 4 makes every storage buffer an array of vec4. */
  readonly outputComponent?: number;
  /** Per input, where the inputs differ from the output. */
  readonly variableComponents?: number[];
  getUserCode(): string;
}

export interface Uniform {
  readonly type: 'int32' | 'float32';
  readonly data: number[];
}

/** What tfjs' WebGPUBackend offers its own kernels. */
export interface WebgpuBackend extends KernelBackend {
  /** In what products compute: see `setPrecision`; fp32 where left out. */
  readonly precision?: Precision;
  /** How fp16 is had here; left out where it is not. */
  readonly halfNumbers?: 'f16' | 'rounded';
  /** What its subgroups multiply at once in fp16; left out where they do not, or not rightly. */
  readonly matrixShape?: MatrixShape;
  /** Which tiles its products have; the default where left out. */
  readonly tiles?: TileChoice;
  readonly device: Pick<Device, 'limits' | 'features'>;
  runWebGPUProgram(
    program: Program,
    inputs: TensorInfo[],
    dtype: DataType,
    uniforms?: Uniform[],
  ): TensorInfo;
  disposeData(dataId: TensorInfo['dataId']): boolean;
}

/** The same values under another shape of the same size; owns nothing of its own. */
export function seenAs(tensor: TensorInfo, shape: readonly number[]): TensorInfo {
  return { dataId: tensor.dataId, dtype: tensor.dtype, shape: [...shape] };
}

/** The workgroups of a program whose threads count through its output. */
export function flatDispatch(
  outputShape: readonly number[],
  component: number,
  workgroup: number,
): Pick<Program, 'dispatchLayout' | 'dispatch' | 'workgroupSize'> {
  const size = outputShape.reduce((product, length) => product * length, 1);
  return {
    dispatchLayout: { x: outputShape.map((_, axis) => axis) },
    dispatch: [Math.ceil(size / component / workgroup), 1, 1],
    workgroupSize: [workgroup, 1, 1],
  };
}
