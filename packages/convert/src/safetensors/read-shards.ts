import type { ByteSource } from '@alexnet/files';
import { FormatError } from '../format-error.js';
import type { ModelSource } from '../formats/format.js';
import type { Limits } from '../limits.js';
import { parseStrictJson } from '../parse-strict-json.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import { readTensors } from './safetensors-tensors.js';

const MAX_SHARDS = 1_000;

/**
 * The tensors of a network in several files, after `model.safetensors.index.json`, whose
 * `weight_map` says which file each tensor is in.
 *
 * @throws FormatError also for a tensor that is not in the file the index names
 */
export async function readShards(
  { bytes, beside }: ModelSource,
  limits: Limits,
): Promise<StoredTensors> {
  if (bytes.size > limits.headerBytes) {
    throw new FormatError('too-large', 'safetensors: larger than any index');
  }
  const text = new TextDecoder().decode(await bytes.read(0, bytes.size));
  const root = parseStrictJson(text, 'safetensors index', limits.depth);
  const { weight_map: map } = Object(root) as Record<string, unknown>;
  if (typeof map !== 'object' || map === null || Array.isArray(map)) {
    throw new FormatError('bad-header', 'safetensors: an index without weight_map');
  }
  const files = new Map<string, StoredTensors>();
  const tensors: StoredTensors = new Map();
  for (const [name, file] of Object.entries(map)) {
    if (typeof file !== 'string' || /[/\\]/.test(file)) {
      throw new FormatError(
        'forbidden-name',
        `safetensors: "${name}" is in no file beside the index`,
      );
    }
    const shard = files.get(file) ?? (await openShard(file, beside, limits));
    files.set(file, shard);
    if (files.size > MAX_SHARDS) throw new FormatError('too-large', 'safetensors: too many shards');
    const tensor = shard.get(name);
    if (tensor) tensors.set(name, tensor);
    else if (!/num_batches_tracked$/.test(name)) {
      throw new FormatError('missing-tensor', `safetensors: "${name}" is not in ${file}`);
    }
  }
  return tensors;
}

async function openShard(
  file: string,
  beside: (name: string) => Promise<ByteSource>,
  limits: Limits,
): Promise<StoredTensors> {
  return (await readTensors(await beside(file), limits)).tensors;
}
