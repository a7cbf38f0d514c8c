import { OPERATION_NAMES, type OperationInput, type OperationName } from '@alexnet/augment';
import { entriesAt, nearestName, SettingError } from '@alexnet/augment/settings';
import { checkRecipe, readRecipe } from './check-recipe.js';
import { type Recipe, recipeSchema } from './recipe.js';
import { settableKeys } from './settable-keys.js';

type Draft = Record<string, unknown>;

/**
 * A copy of `recipe` with `key=value` settings put in: `learningRate=0.02`, `schedule.dropEpochs=[30,60]`,
 * `network.groups=2` (`null` leaves it to the preset), `layers.conv1.learningRateFactor=0`; of the
 * operations all, `augment=[…]`, or one by its name: `augment.randomErasing=true` puts it in where it
 * usually stands (a crop instead of the crop that is there), `augment.fancyPca=false` takes it out,
 * `augment.fancyPca.sd=0.2` sets an option of one, which is put in if need be.
 *
 * @param settings values are JSON; what is not JSON is taken as a text
 * @throws {SettingError} for the first setting that is wrong, with the nearest name, or for settings
 * that do not fit each other
 */
export function applyOverrides(recipe: Recipe, settings: readonly string[]): Recipe {
  // Only at the end: a size is often two settings.
  return checkRecipe(changeSettings(recipe, settings));
}

/** The same for a network that is not known yet, for which `checkRecipe` is left to the caller. */
export function changeSettings(recipe: Recipe, settings: readonly string[]): Recipe {
  let current = recipe;
  for (const setting of settings) {
    try {
      current = changed(current, setting, parseValue);
    } catch (error) {
      current = asText(current, setting) ?? refuse(setting, error as Error);
    }
  }
  return current;
}

/** The setting with its value taken as a text: `network.init=2012` is a name; null where that does not fit either. */
function asText(recipe: Recipe, setting: string): Recipe | null {
  try {
    return changed(recipe, setting, (text) => text);
  } catch {
    return null;
  }
}

function refuse(setting: string, error: Error): never {
  // Modifiers of the network are said without the list they stand in.
  const said = error.message.replace(/^network\.modifiers\./, 'network.');
  throw new SettingError(`--set ${setting}: ${said}`, { cause: error });
}

type ParseValue = (text: string) => unknown;

function changed(recipe: Recipe, setting: string, parse: ParseValue): Recipe {
  const draft = structuredClone(recipe) as unknown as Draft;
  applyOne(draft, setting, parse);
  return readRecipe(draft);
}

function applyOne(recipe: Draft, setting: string, parse: ParseValue): void {
  const equals = setting.indexOf('=');
  if (equals < 1) {
    throw new SettingError('write it as key=value, for example learningRate=0.02');
  }
  const key = setting.slice(0, equals);
  const value = parse(setting.slice(equals + 1));
  const path = key.split('.');
  const [first = '', second = ''] = path;
  const isModifier = first === 'network' && second !== 'preset' && second !== 'modifiers';
  // By the schema: a recipe may leave out what it does not need.
  const isThere = isModifier
    ? entriesAt(recipeSchema, {}, ['network', 'modifiers']).includes(second)
    : entriesAt(recipeSchema, {}, []).includes(first);
  if (!isThere || path.includes('__proto__')) {
    throw new SettingError(
      `there is no such setting; did you mean ${nearestName(key, settableKeys())}?`,
    );
  }
  if (first === 'augment' && path.length > 1) {
    recipe.augment = changeOperation(
      recipe.augment as readonly OperationInput[],
      path.slice(1),
      value,
    );
    return;
  }
  put(recipe, isModifier ? ['network', 'modifiers', ...path.slice(1)] : path, value);
}

/** Sets what lies at `path`, making the objects on the way there. */
function put(target: Draft, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length > 0) {
    const inner = Object.hasOwn(target, key) ? target[key] : {};
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) {
      throw new SettingError(`${key} has no settings of its own`);
    }
    target[key] = inner;
    put(inner as Draft, rest, value);
  } else if (value === null && key !== '') delete target[key];
  else target[key] = value;
}

const CROPS: readonly string[] = ['randomCrop', 'centerCrop', 'randomResizedCrop'];

/** The operations with `NAME=true`, `NAME=false` or `NAME.option=value` done to them. */
function changeOperation(
  operations: readonly OperationInput[],
  [name = '', ...option]: readonly string[],
  value: unknown,
): OperationInput[] {
  if (!OPERATION_NAMES.includes(name as OperationName)) {
    throw new SettingError(
      `there is no operation ${name}; did you mean ${nearestName(name, OPERATION_NAMES)}?`,
    );
  }
  const found = operations.filter(({ op }) => op === name);
  if (found.length > 1) {
    throw new SettingError(`${name} stands there ${found.length} times: give the whole list`);
  }
  if (option.length === 0) {
    if (typeof value !== 'boolean') {
      throw new SettingError(
        `expects true or false, or an option, as augment.${name}.OPTION=VALUE`,
      );
    }
    if (!value) return operations.filter(({ op }) => op !== name);
  }
  const operation = { ...(found[0] ?? { op: name }) } as Draft;
  if (option.length > 0) put(operation, option, value);
  const one = operation as unknown as OperationInput;
  if (found.length === 1) return operations.map((old) => (old.op === name ? one : old));
  const others = CROPS.includes(name)
    ? operations.filter(({ op }) => !CROPS.includes(op))
    : operations;
  const rank = ({ op }: { readonly op: string }) => OPERATION_NAMES.indexOf(op as OperationName);
  const before = others.filter((old) => rank(old) < rank(one)).length;
  return [...others.slice(0, before), one, ...others.slice(before)];
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
