import { type LayerSpec, type NetworkSpec, validateSpec } from '@alexnet/model';

/** By layer name: `null` takes the layer out, an object puts other values in. */
export type LayerChanges = Readonly<Record<string, null | Readonly<Record<string, unknown>>>>;

/**
 * A network with some layers taken out or changed.
 *
 * @throws Error when a layer named is not there, or the result is no network
 */
export function changeLayers(spec: NetworkSpec, changes: LayerChanges): NetworkSpec {
  const names = spec.layers.map(({ name }) => name);
  const unknown = Object.keys(changes).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new Error(`there is no layer ${unknown} in ${names.join(', ')}`);
  }
  const layers = spec.layers.flatMap((layer): LayerSpec[] => {
    const change = changes[layer.name];
    if (change === null) return [];
    return [change === undefined ? layer : ({ ...layer, ...change } as LayerSpec)];
  });
  return validateSpec({ ...spec, layers });
}
