import { FormatError } from '../format-error.js';
import { className, type Json, record } from './layer-options.js';

/**
 * The layers of a model one behind the other, as they are run.
 *
 * @throws FormatError unsupported for a model whose layers branch
 */
export function layerSequence({ class_name: kind, config }: Json): readonly Json[] {
  const type = className(kind);
  if (type !== 'Sequential' && type !== 'Functional' && type !== 'Model') {
    throw new FormatError(
      'unsupported',
      `keras: a model of class ${String(kind)}; save it as a Functional or Sequential one, or save its weights alone`,
    );
  }
  const list = Array.isArray(config) ? config : record(config, 'its config').layers;
  if (!Array.isArray(list))
    throw new FormatError('bad-header', 'keras: a model without a list of layers');
  const layers = list.map((layer) => record(layer, 'a layer'));
  if (type === 'Sequential') return layers;
  const sources = new Map(layers.map((layer) => [nameOf(layer), sourceOf(layer)]));
  const starts = layers.filter((layer) => sources.get(nameOf(layer)) === null);
  const ordered: Json[] = [];
  let next: Json | undefined = starts[0];
  while (next && ordered.length <= layers.length) {
    ordered.push(next);
    const name = nameOf(next);
    const after = layers.filter((layer) => sources.get(nameOf(layer)) === name);
    if (after.length > 1)
      throw new FormatError(
        'unsupported',
        `keras: two layers follow "${name}", AlexNet has no branches`,
      );
    next = after[0];
  }
  if (starts.length !== 1 || ordered.length !== layers.length) {
    throw new FormatError(
      'unsupported',
      'keras: a model whose layers branch, which AlexNet has none of',
    );
  }
  return ordered;
}

function nameOf(layer: Json): string {
  return String(layer.name ?? record(layer.config, 'a layer config').name);
}

/** The layer whose output goes in, null for the input itself. Keras 3 spells it out, Keras 2 lists it. */
function sourceOf(layer: Json): string | null {
  const nodes = layer.inbound_nodes;
  if (!Array.isArray(nodes) || nodes.length === 0) return null;
  const found = new Set<string>();
  collect(nodes[0], found, 0);
  if (found.size !== 1 || nodes.length > 1) {
    throw new FormatError(
      'unsupported',
      `keras: "${nameOf(layer)}" joins branches or is used twice, AlexNet has none of that`,
    );
  }
  const [only = null] = found;
  return only;
}

function collect(value: unknown, found: Set<string>, depth: number): void {
  if (depth > 8) return;
  if (Array.isArray(value)) {
    if (typeof value[0] === 'string' && Number.isInteger(value[1])) found.add(value[0]);
    else for (const item of value) collect(item, found, depth + 1);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const { keras_history: history, args, config } = value as Json;
  if (Array.isArray(history)) found.add(String(history[0]));
  else for (const inner of [args, config]) collect(inner, found, depth + 1);
}
