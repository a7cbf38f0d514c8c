import type { Recipe } from './recipe.js';

/** Every setting of a recipe as `key=value`, in order; operations as `name(option=value)`. */
export function describeRecipe(recipe: Recipe): string[] {
  const { name: _, source: __, network, augment, ...rest } = recipe;
  return [
    ...settings({ network: { preset: network.preset, ...network.modifiers } }),
    `augment=${augment.map(operationText).join('→')}`,
    ...settings(rest),
  ];
}

function operationText({ op, ...options }: Recipe['augment'][number]): string {
  const given = settings(options);
  return given.length > 0 ? `${op}(${given.join(',')})` : op;
}

function settings(values: object, prefix = ''): string[] {
  return Object.entries(values).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? settings(value, `${prefix}${key}.`)
      : [`${prefix}${key}=${JSON.stringify(value)}`],
  );
}
