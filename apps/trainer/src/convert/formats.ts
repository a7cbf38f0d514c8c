import { basename } from 'node:path';
import type { FormatName } from '@alexnet/convert';
import { closest } from 'fastest-levenshtein';
import { CommandError } from '../failure.js';

/** What a network can be read from: every codec but Caffe's mean image, which goes with one. */
export type SourceFormat = Exclude<FormatName, 'caffe-mean'>;
export type TargetFormat = 'safetensors' | 'torch' | 'caffe' | 'onnx' | 'numpy' | 'keras' | 'tfjs';

export const SOURCE_FORMATS: readonly SourceFormat[] = [
  'safetensors',
  'torch',
  'numpy',
  'caffe',
  'onnx',
  'tfjs',
  'keras',
  'tensorflow',
  'matconvnet',
  'cuda-convnet',
];

const ENDINGS: Readonly<Record<string, TargetFormat>> = {
  '.safetensors': 'safetensors',
  '.pth': 'torch',
  '.pt': 'torch',
  '.caffemodel': 'caffe',
  '.onnx': 'onnx',
  '.npz': 'numpy',
  '.weights.h5': 'keras',
  'model.json': 'tfjs',
  '/': 'tfjs',
};

export const TARGET_FORMATS: readonly TargetFormat[] = [...new Set(Object.values(ENDINGS))];

/** The format OUT asks for by its ending. @throws CommandError `usage` naming the nearest ending */
export function formatOfEnding(target: string): TargetFormat {
  const found = Object.keys(ENDINGS).find((ending) => target.endsWith(ending));
  const format = found && ENDINGS[found];
  if (format) return format;
  const name = basename(target);
  const dot = name.indexOf('.');
  const nearest = dot < 0 ? '' : ` did you mean ${closest(name.slice(dot), Object.keys(ENDINGS))}?`;
  throw new CommandError(
    'usage',
    `${target}: the ending must be one of ${Object.keys(ENDINGS).join(' ')}, or --to says the format;${nearest || ' it has none'}`,
  );
}
