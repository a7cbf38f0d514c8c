import { closest } from 'fastest-levenshtein';
import type { Recipe } from './recipe.js';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A setting that a recipe does not have, or a value of the wrong kind. */
export class OverrideError extends Error {
  override readonly name = 'OverrideError';
}

/**
 * A copy of `recipe` with `key=value` settings put in: `learningRate=0.02`,
 * `augment.flip=false`, `network.groups=2`, `schedule.dropEpochs=[30,60]`.
 *
 * @param settings values are JSON; what is not JSON is taken as a string
 * @throws OverrideError for an unknown key (naming the nearest) or a value of another type
 */
export function applyOverrides(recipe: Recipe, settings: readonly string[]): Recipe {
  const copy: Record<string, unknown> = structuredClone({ ...recipe });
  for (const setting of settings) applyOne(copy, setting);
  return copy as unknown as Recipe;
}

function applyOne(recipe: Record<string, unknown>, setting: string): void {
  const equals = setting.indexOf('=');
  if (equals < 1) {
    throw new OverrideError(
      `--set ${setting}: write it as key=value, for example learningRate=0.02`,
    );
  }
  const path = setting.slice(0, equals);
  const value = parseValue(setting.slice(equals + 1));
  const keys = settableKeys(recipe);
  if (path.startsWith('layers.')) {
    setLayer(recipe, path, value);
    return;
  }
  if (!keys.includes(path)) {
    throw new OverrideError(
      `--set ${path}: there is no such setting; the nearest is ${closest(path, keys)}`,
    );
  }
  const parts = path.split('.');
  const last = parts.pop() as string;
  const parent = parts.reduce<Record<string, unknown>>(
    (node, part) => node[part] as Record<string, unknown>,
    recipe,
  );
  const before = parent[last];
  if (before !== null && value !== null && kindOf(before) !== kindOf(value)) {
    throw new OverrideError(
      `--set ${path}: expects a ${kindOf(before)} such as ${JSON.stringify(before)}, not ${JSON.stringify(value)}`,
    );
  }
  if (value === null && !path.startsWith('network.')) {
    throw new OverrideError(`--set ${path}: null is only for network settings`);
  }
  parent[last] = value;
}

const LAYER_KEYS: readonly string[] = ['rate', 'frozenFromEpoch'];

/** `layers.conv1.rate=0`: layers need not be in the recipe yet. */
function setLayer(recipe: Record<string, unknown>, path: string, value: Json): void {
  const [, layer = '', key = '', ...rest] = path.split('.');
  if (!/^[a-z]+\d+$/.test(layer) || !LAYER_KEYS.includes(key) || rest.length > 0) {
    throw new OverrideError(
      `--set ${path}: write it as layers.conv1.rate or layers.conv1.frozenFromEpoch`,
    );
  }
  if (typeof value !== 'number') throw new OverrideError(`--set ${path}: expects a number`);
  const layers = recipe.layers as Record<string, Record<string, number>>;
  layers[layer] = { ...layers[layer], [key]: value };
}

/** Every key that `--set` takes, dotted. `name` and `source` describe a recipe and are not settings. */
export function settableKeys(recipe: object, prefix = ''): string[] {
  return Object.entries(recipe).flatMap(([key, value]) => {
    if (prefix === '' && (key === 'name' || key === 'source' || key === 'layers')) return [];
    return kindOf(value) === 'object'
      ? settableKeys(value, `${prefix}${key}.`)
      : [`${prefix}${key}`];
  });
}

function parseValue(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}
