import type { StoredModel, StoredParameter } from '../alexnet/assemble-model.js';
import { toFloat16 } from '../float16.js';
import { canonicalWeight } from '../layout/canonical.js';
import type { SafetensorsTensor } from '../safetensors/dtype.js';
import { layOut } from '../safetensors/encode.js';
import { MEAN_TENSOR, meanTensor } from './mean-tensor.js';
import { modelMetadata } from './metadata.js';
import type { WriteModelOptions } from './write-model.js';

/** Takes the next bytes of a file; a promise makes the writer wait. */
export type Sink = (bytes: Uint8Array) => void | Promise<void>;

const CHUNK_BYTES = 4 * 2 ** 20;

/**
 * Writes the interchange file of a stored model one parameter at a time: the same bytes as
 * `writeModel`, without the model ever being in memory. Numbers that need no change are copied from
 * file to file in chunks of 4 MiB.
 */
export async function writeStoredModel(
  model: StoredModel,
  sink: Sink,
  options: WriteModelOptions = {},
): Promise<void> {
  const dtype = options.dtype ?? 'f32';
  const type = dtype === 'f16' ? 'F16' : 'F32';
  const parameters = new Map(model.parameters.map((each) => [each.layout.name, each]));
  const shapes = new Map<string, Pick<SafetensorsTensor, 'dtype' | 'shape'>>(
    [...parameters].map(([name, { layout }]) => [
      name,
      { dtype: type, shape: layout.canonicalShape } as const,
    ]),
  );
  const mean = meanTensor(model.preprocessing);
  if (mean) shapes.set(MEAN_TENSOR, mean);
  const { prefix, entries } = layOut(shapes, modelMetadata(model));
  await sink(prefix);
  for (const { name } of entries) {
    const parameter = parameters.get(name);
    if (parameter) await writeParameter(parameter, sink, dtype);
    else if (mean) await sink(mean.data);
  }
}

async function writeParameter(
  { layout, read, canonical }: StoredParameter,
  sink: Sink,
  dtype: 'f32' | 'f16',
): Promise<void> {
  if (canonical?.bytes && canonical.dtype === dtype) {
    const { size } = canonical.bytes;
    for (let at = 0; at < size; at += CHUNK_BYTES) {
      await sink(await canonical.bytes.read(at, Math.min(CHUNK_BYTES, size - at)));
    }
    return;
  }
  const values = canonical ? await canonical.read() : canonicalWeight(layout, await read()).data;
  const stored = dtype === 'f16' ? toFloat16(values, layout.name) : values;
  await sink(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength));
}
