import { createHash } from 'node:crypto';
import { orderedMap } from './ordered-map.js';
import type { ShardPlan } from './pack-shard.js';

/** Files asked for their size at once. */
const AT_ONCE = 64;

/** SHA-256 of the sizes of a shard's source images: what tells, without reading them, that one was replaced. */
export async function digestSizes({ source, indices }: ShardPlan): Promise<string> {
  const hash = createHash('sha256');
  for await (const size of orderedMap(indices, AT_ONCE, async (index) => source.size(index))) {
    hash.update(`${size},`);
  }
  return hash.digest('hex');
}
