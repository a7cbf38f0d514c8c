import type { NetworkSpec } from '@alexnet/model';
import { FormatError } from '../format-error.js';
import { sameComputation } from '../found/network-of-layers.js';
import { requireSameInput, requireSameLayers } from '../found/require-same.js';
import type { Model } from '../model-file/model-file.js';
import { describeNetwork } from './describe-network.js';
import type { OpenOptions } from './open-options.js';

type Description = Omit<Model, 'weights'>;

/**
 * What a file of this package says, with what the caller says where the file says nothing.
 *
 * @throws FormatError unsupported where the caller says something else than the file
 */
export function completedDescription(description: Description, options: OpenOptions): Description {
  const { spec, preprocessing, classNames } = description;
  requireSameNetwork(spec, options);
  const order = preprocessing?.channelOrder ?? 'rgb';
  const said = [options.channelOrder, options.preprocessing?.channelOrder];
  if (said.some((own) => own !== undefined && own !== order)) {
    throw contradiction(`that conv1 takes ${order}`, 'channelOrder and the preprocessing');
  }
  if (options.dataFormat !== undefined) {
    throw contradiction('in which order it flattens', 'the data format');
  }
  return {
    ...description,
    preprocessing: filled(preprocessing, options.preprocessing, 'preprocessing'),
    classNames: filled(classNames, options.classNames, 'class names'),
  };
}

function requireSameNetwork(own: NetworkSpec, options: OpenOptions): void {
  const { preset, spec, epsilon } = options;
  if ((preset && preset !== own.preset) || (spec && !sameComputation(spec, own))) {
    const what = `which network it is (${own.preset}: ${describeNetwork(own)})`;
    throw contradiction(what, 'preset and spec');
  }
  requireSameInput(own.input, options);
  requireSameLayers(own, options);
  const norm = own.layers.find((layer) => layer.op === 'batchnorm');
  if (epsilon !== undefined && norm?.op === 'batchnorm' && norm.epsilon !== epsilon) {
    throw contradiction(`an epsilon of ${norm.epsilon}`, 'epsilon');
  }
}

function filled<T>(own: T | null, said: T | undefined, what: string): T | null {
  if (own === null || said === undefined) return own ?? said ?? null;
  if (!isSame(own, said)) throw contradiction(`the ${what}`, `the ${what}`);
  return own;
}

function contradiction(what: string, options: string): FormatError {
  return new FormatError(
    'unsupported',
    `the file itself says ${what}, the caller something else; leave ${options} out`,
  );
}

function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const entries = new Map(Object.entries(a));
  const others = Object.entries(b);
  return (
    entries.size === others.length &&
    others.every(([key, value]) => isSame(entries.get(key), value))
  );
}
