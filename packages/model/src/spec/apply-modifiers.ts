import { ModelError } from '../model-error.js';
import type { Initializer } from './layer-spec.js';
import type { SpecModifiers } from './modifiers.js';
import type { PresetName } from './network-spec.js';
import { pad, RECIPES } from './presets.js';
import type { Block, Recipe, Stage } from './recipe.js';

/** The recipe of a preset with modifiers worked in; the head is chosen later. */
export function modifiedRecipe(preset: PresetName, modifiers: SpecModifiers): Recipe {
  const recipe = RECIPES[preset];
  const groups = modifiers.groups ?? recipe.groups;
  if (groups === 2 && !recipe.blocks.some((block) => block.splits)) {
    throw new ModelError('bad-modifier', `${preset} has no towers; leave groups out or 1.`);
  }
  const width = modifiers.width ?? 1;
  const headWidth = modifiers.headWidth ?? width;
  const source = modifiers.init === undefined ? recipe : withInit(recipe, modifiers.init);
  const blocks = source.blocks.map((block, index) => ({
    ...block,
    ...(index === 0 ? conv1Overrides(block, modifiers.conv1) : {}),
    filters: scaled(block.filters, width, groups),
    after: withNorm(block, index, modifiers.norm, recipe),
  }));
  return {
    ...source,
    input: {
      ...recipe.input,
      ...inputOverrides(modifiers.input),
      ...(modifiers.channels === undefined ? {} : { channels: modifiers.channels }),
    },
    classes: modifiers.classes ?? recipe.classes,
    groups,
    activation: modifiers.activation ?? recipe.activation,
    pool: { ...recipe.pool, kind: modifiers.pool ?? recipe.pool.kind },
    blocks,
    hidden: source.hidden.map((layer) => ({ ...layer, units: scaled(layer.units, headWidth, 1) })),
    dropout: { ...recipe.dropout, rate: modifiers.dropout ?? recipe.dropout.rate },
  };
}

/** Rounds to a multiple of the number of towers, and never to nothing. */
function scaled(count: number, factor: number, multiple: number): number {
  return Math.max(1, Math.round((count * factor) / multiple)) * multiple;
}

function inputOverrides(input: SpecModifiers['input']): { height?: number; width?: number } {
  if (input === undefined) return {};
  return typeof input === 'number' ? { height: input, width: input } : input;
}

function conv1Overrides(block: Block, conv1: SpecModifiers['conv1']): Partial<Block> {
  if (conv1 === undefined) return {};
  const { stride, kernelSize, padding, rounding, sd } = conv1;
  return {
    ...(stride === undefined ? {} : { stride }),
    ...(kernelSize === undefined ? {} : { kernel: kernelSize }),
    ...(padding === undefined
      ? {}
      : { padding: typeof padding === 'number' ? pad(padding) : padding }),
    ...(rounding === undefined ? {} : { rounding }),
    ...(sd === undefined ? {} : { init: { ...block.init, weight: { kind: 'normal', sd } } }),
  };
}

function withNorm(
  block: Block,
  index: number,
  norm: SpecModifiers['norm'],
  recipe: Recipe,
): readonly Stage[] {
  const bare = block.after.filter((stage) => stage !== 'lrn' && stage !== 'mapnorm');
  if (norm === 'none') return bare;
  if (norm === 'batch') return ['batch', ...bare];
  const hasLrn = recipe.blocks.some(({ after }) => after.includes('lrn'));
  if (norm === undefined || hasLrn || index > 1) return block.after;
  return block.after.flatMap((stage) => (stage === 'activation' ? [stage, 'lrn'] : [stage]));
}

const HE: Initializer = { weight: { kind: 'he' }, bias: 0 };
const PYTORCH: Initializer = { weight: { kind: 'pytorch' }, bias: 'pytorch' };

/** Whole-network starting values; which layers get which is read off the preset that defines them. */
function withInit(recipe: Recipe, init: NonNullable<SpecModifiers['init']>): Recipe {
  const source = init === '2012' ? RECIPES.original2012 : RECIPES.paper;
  const of = (from: Initializer | undefined) => {
    if (init === 'pytorch') return PYTORCH;
    return init === 'he' || from === undefined ? HE : from;
  };
  return {
    ...recipe,
    blocks: recipe.blocks.map((block, index) => ({
      ...block,
      init: of(source.blocks[index]?.init),
    })),
    hidden: recipe.hidden.map((layer, index) => ({
      ...layer,
      init: of(source.hidden[index]?.init),
    })),
    output: of(source.output),
  };
}
