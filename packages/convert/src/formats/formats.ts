import { caffe } from '../caffe/format.js';
import { cudaConvnet } from '../cuda-convnet/format.js';
import { keras } from '../keras/format.js';
import { matconvnet } from '../matconvnet/format.js';
import { numpy } from '../numpy/format.js';
import { onnx } from '../onnx/format.js';
import { safetensors } from '../safetensors/format.js';
import { tensorflow } from '../tensorflow/format.js';
import { tfjs } from '../tfjs/format.js';
import { torch } from '../torch/format.js';
import type { Format } from './format.js';

/** Every kind of file that is read, in the order in which they are looked for: a line a format. */
const ALL = [
  safetensors,
  torch,
  numpy,
  keras,
  matconvnet,
  tfjs,
  tensorflow,
  cudaConvnet,
  onnx,
  caffe,
] as const satisfies readonly Format[];

/** A format by its name. */
export type FormatName = (typeof ALL)[number]['name'];
/** A format that is written, too. */
export type TargetName = Extract<(typeof ALL)[number], { readonly write: unknown }>['name'];

/** Every kind of weights file this package knows. */
export const FORMATS: readonly Format<FormatName>[] = ALL;

/** The names of those that are written. */
export const TARGET_NAMES: readonly TargetName[] = /* @__PURE__ */ ALL.flatMap((format) =>
  'write' in format ? [format.name] : [],
);

/** The record of a format. */
export function formatOf(name: FormatName): Format<FormatName> {
  const found = FORMATS.find((format) => format.name === name);
  if (!found) {
    const names = FORMATS.map((format) => format.name).join(', ');
    throw new RangeError(`no format is called ${String(name)}; there are ${names}`);
  }
  return found;
}
