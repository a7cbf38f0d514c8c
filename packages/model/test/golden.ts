import { readFileSync } from 'node:fs';
import {
  createSpec,
  type NetworkSpec,
  type PresetName,
  parameterShapes,
  type Weight,
} from '../src/index.js';

/** One golden file: what another backend made of a network, see `fixtures/make_fixtures.py`. */
export interface Golden {
  readonly preset: PresetName;
  readonly spec: NetworkSpec;
  readonly reference: string;
  readonly tensors: ReadonlyMap<string, Weight>;
  /** The images the backend saw, `[2, side, side, 3]`. */
  readonly images: Weight;
  readonly weights: ReadonlyMap<string, Weight>;
}

/** Presets that have a golden file. */
export const GOLDENS = ['alexnet', 'torchvision', 'caffe', 'caffenet', 'original2012'] as const;

/** Reads a golden file and makes the network, weights and images it belongs to. */
export function readGolden(preset: (typeof GOLDENS)[number]): Golden {
  const { metadata, tensors } = readSafetensors(
    `${import.meta.dirname}/fixtures/${preset}.safetensors`,
  );
  const input = Number(metadata.input);
  const narrow = { input, classes: 5, width: 1 / 16, headWidth: 1 / 64 };
  // Only the dropout of 2012 does anything outside training; without the others, training mode can
  // be compared too.
  const dropout = preset === 'original2012' ? 0.5 : 0;
  const spec = createSpec(preset, { ...narrow, dropout });
  const weights = new Map<string, Weight>();
  let offset = 1_000_000;
  for (const [name, shape] of parameterShapes(spec)) {
    const fanIn = shape.slice(0, -1).reduce((product, length) => product * length, 1);
    if (name.endsWith('.bias')) {
      weights.set(name, patterned(offset + 500_000, shape, 0.5));
      offset += 1_000_000;
    } else {
      const limit = Math.sqrt(6 / fanIn) * (name === 'fc8.weight' ? 0.02 : 1);
      weights.set(name, patterned(offset, shape, limit));
    }
  }
  return {
    preset,
    spec,
    reference: String(metadata.reference),
    tensors,
    images: patterned(0, [2, input, input, 3], 100),
    weights,
  };
}

/** Values in [-limit, limit) from a counter: `uniform` of `make_fixtures.py`. */
function patterned(offset: number, shape: readonly number[], limit: number): Weight {
  const length = shape.reduce((product, side) => product * side, 1);
  const data = Float32Array.from({ length }, (_, index) => {
    let h = Math.imul(index + offset, 0x9e3779b9);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
    return (((h >>> 0) / 2 ** 32) * 2 - 1) * limit;
  });
  return { shape, data };
}

function readSafetensors(path: string) {
  const bytes = readFileSync(path);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const { __metadata__: metadata, ...entries } = JSON.parse(bytes.toString('utf8', 8, start));
  const tensors = new Map<string, Weight>();
  for (const [name, entry] of Object.entries(entries)) {
    const { shape, data_offsets } = entry as { shape: number[]; data_offsets: [number, number] };
    const [from, to] = data_offsets.map((offset) => bytes.byteOffset + start + offset);
    tensors.set(name, { shape, data: new Float32Array(bytes.buffer.slice(from, to)) });
  }
  return { metadata: metadata as Record<string, string>, tensors };
}

/** Largest |difference| over the largest |wanted|: one number that does not blow up around zero. */
export function relativeError(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  let [difference, scale] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    const value = wanted[i] ?? Number.NaN;
    difference = Math.max(difference, Math.abs((found[i] ?? Number.NaN) - value));
    scale = Math.max(scale, Math.abs(value));
  }
  return difference / scale;
}
