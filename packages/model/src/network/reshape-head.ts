import { ModelError } from '../model-error.js';
import type { NetworkSpec } from '../spec/network-spec.js';
import { parameterShapes } from '../spec/parameter-shapes.js';
import type { Weight } from './weight.js';

/**
 * Gives dense head weights the shapes a `conv` head wants, or the other way round.
 *
 * A flattened map runs row by row with channels last, as a `[h, w, in, out]` filter does, so only
 * the shape changes: values are shared, not copied.
 *
 * @throws {ModelError} When a tensor has another number of values than the network needs.
 */
export function reshapeHead(
  spec: NetworkSpec,
  weights: ReadonlyMap<string, Weight>,
): Map<string, Weight> {
  const shapes = parameterShapes(spec);
  return new Map(
    [...weights].map(([name, { shape, data }]) => {
      const wanted = shapes.get(name) ?? shape;
      const size = wanted.reduce((product, length) => product * length, 1);
      if (size !== data.length) {
        throw new ModelError(
          'bad-weights',
          `${name}: [${shape.join(', ')}] cannot become [${wanted.join(', ')}]; the two heads are not the same.`,
        );
      }
      return [name, { shape: wanted, data }];
    }),
  );
}
