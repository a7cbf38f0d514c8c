import type { StoredModel, StoredParameter } from '../alexnet/stored-model.js';
import { canonicalWeight } from '../layout/canonical.js';
import type { SafetensorsTensor } from '../safetensors/dtype.js';
import { layOut } from '../safetensors/encode.js';
import { MEAN_TENSOR, meanTensor } from './mean-tensor.js';
import { modelMetadata } from './metadata.js';
import { storedParts, withPrecision } from './stored-numbers.js';
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
  const parts = new Map(
    model.parameters.flatMap((parameter) => {
      const { name, canonicalShape } = parameter.layout;
      return storedParts(name, canonicalShape, dtype).map(
        (part) => [part.name, { ...part, parameter }] as const,
      );
    }),
  );
  const shapes = new Map<string, Pick<SafetensorsTensor, 'dtype' | 'shape'>>(parts);
  const mean = meanTensor(model.preprocessing);
  if (mean) shapes.set(MEAN_TENSOR, mean);
  const { prefix, entries } = layOut(shapes, modelMetadata(withPrecision(model, dtype)));
  await sink(prefix);
  for (const { name } of entries) {
    const part = parts.get(name);
    if (part) await writeNumbers(part.parameter, sink, part);
    else if (mean) await sink(mean.data);
  }
}

async function writeNumbers(
  { layout, read, canonical }: StoredParameter,
  sink: Sink,
  { plain, encode }: ReturnType<typeof storedParts>[number],
): Promise<void> {
  if (canonical?.bytes && canonical.dtype === plain) {
    const { size } = canonical.bytes;
    for (let at = 0; at < size; at += CHUNK_BYTES) {
      await sink(await canonical.bytes.read(at, Math.min(CHUNK_BYTES, size - at)));
    }
    return;
  }
  const values = canonical ? await canonical.read() : canonicalWeight(layout, await read()).data;
  await sink(encode(values));
}
