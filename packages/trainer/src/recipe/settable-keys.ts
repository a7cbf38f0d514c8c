import { OPERATION_NAMES } from '@alexnet/augment';
import { entriesAt } from '@alexnet/augment/settings';
import { recipeSchema } from './recipe.js';

/** Every key that `--set` takes, dotted; layers by the example of conv1. */
export function settableKeys(): string[] {
  const inside = (path: readonly string[]) => entriesAt(recipeSchema, {}, path);
  const plain = inside([]).filter(
    (key) => !['name', 'source', 'network', 'preprocessing', 'schedule', 'layers'].includes(key),
  );
  return [
    ...plain,
    'network.preset',
    ...inside(['network', 'modifiers'])
      .filter((key) => key !== 'conv1')
      .map((key) => `network.${key}`),
    ...inside(['network', 'modifiers', 'conv1']).map((key) => `network.conv1.${key}`),
    ...inside(['preprocessing']).map((key) => `preprocessing.${key}`),
    ...OPERATION_NAMES.map((name) => `augment.${name}`),
    ...inside(['schedule']).map((key) => `schedule.${key}`),
    ...inside(['layers', 'conv1']).map((key) => `layers.conv1.${key}`),
  ];
}
