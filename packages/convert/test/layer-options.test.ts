import { describe, expect, it } from 'vitest';
import { LAYER_CLASSES, refusedOption } from '../src/keras/layer-options.js';
import { foreign } from './foreign.js';

/** Every option Keras 3.15.1 gives the classes that are read, from their own `get_config`. */
const configs: Record<string, Record<string, unknown>> = JSON.parse(
  new TextDecoder().decode(foreign('keras-options.json')),
);

describe('options of Keras layers', () => {
  it.each(Object.entries(configs))('%s: none is unknown', (type, options) => {
    expect(refusedOption(type, options)).toBeNull();
  });

  it.each(
    Object.entries(configs).flatMap(([type, options]) =>
      Object.keys(LAYER_CLASSES[type]?.fixed ?? {})
        .filter((key) => Object.hasOwn(options, key))
        .map((key) => [type, key] as const),
    ),
  )('%s: another %s is refused by name', (type, key) => {
    expect(refusedOption(type, { ...configs[type], [key]: 7.5 })).toContain(`${type} has ${key}`);
  });

  it('an option of a later version is refused by name', () => {
    expect(refusedOption('Dense', { ...configs.Dense, gain: 2 })).toContain('the option gain');
  });
});
