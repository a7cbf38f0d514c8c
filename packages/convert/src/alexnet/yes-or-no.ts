import { type NetworkSpec, withClasses } from '@alexnet/model';
import { besideZero } from '../tensors/derived.js';
import type { Match } from './match-tensors.js';
import type { SourceModel } from './source-model.js';

/**
 * A network of one output as one of two classes, the first of which is 0 for every image: the softmax
 * then says what a sigmoid of that output says. Any other network is left as it is.
 */
export function yesOrNo(
  spec: NetworkSpec,
  pairs: Match['pairs'],
  layout: SourceModel['layout'],
): { readonly spec: NetworkSpec; readonly pairs: Match['pairs'] } {
  if (spec.classes !== 1) return { spec, pairs };
  const head = spec.layers.filter(({ op }) => op === 'dense' || op === 'conv').at(-1)?.name;
  const wider = pairs.map(([name, own, tensor]) => {
    const isOfHead = name.startsWith(`${head}.`);
    return [name, own, isOfHead ? besideZero(tensor, layout) : tensor] as const;
  });
  return { spec: withClasses(spec, 2), pairs: wider };
}
