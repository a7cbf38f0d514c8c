import type { StoredTensor } from '../tensors/tensor-file.js';

/**
 * Convolutions before dense layers, each kind in the order it has, where a subclassed model keeps them by
 * the names of its attributes: `classifier` comes before `features`. Batch norms are left where they stand.
 *
 * @param parts by layer and part, with `/` or `.` between them
 */
export function mapsFirst<T extends readonly [name: string, tensor: StoredTensor]>(
  parts: readonly T[],
): readonly T[] {
  if (parts.some(([name]) => /[/.](gamma|moving_mean|running_mean)$/.test(name))) return parts;
  const layerOf = (name: string) => name.replace(/[/.][^/.]*$/, '');
  const maps = new Set(
    parts.filter(([, { shape }]) => shape.length === 4).map(([name]) => layerOf(name)),
  );
  const isMap = ([name]: T) => maps.has(layerOf(name));
  return [...parts.filter(isMap), ...parts.filter((part) => !isMap(part))];
}
