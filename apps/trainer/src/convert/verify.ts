import { NOTE_CODES } from '@alexnet/convert';
import type { Tf } from '@alexnet/model';
import type { Conversion } from './convert-model.js';
import { openModelFile, type ReadOptions } from './open-model.js';
import { inOrder, probeImage, runOnnx, runTfjs } from './run-probe.js';

/** What one backend makes of source and result. */
export interface Check {
  readonly backend: 'tfjs' | 'onnxruntime' | 'onnxruntime on the source';
  /** Largest logit of the source, and the largest difference to the result's. */
  readonly largestLogit: number;
  readonly largestDifference: number;
}

export interface Verification {
  readonly checks: readonly Check[];
  /** What could not be run, one sentence each. */
  readonly notRun: readonly string[];
}

/**
 * Reads a conversion's source and result again and runs both on the same image of noise. The
 * result is read as the source's network, since most formats hold numbers only.
 */
export async function verifyConversion(
  tf: Tf,
  { source, target, from, to }: Conversion,
  options: ReadOptions,
): Promise<Verification> {
  const checks: Check[] = [];
  const notRun: string[] = [];
  const { model } = await openModelFile(source, { ...options, from, allow: NOTE_CODES });
  const { spec, preprocessing } = model;
  const image = probeImage(spec, preprocessing?.range ?? 1);
  const order = preprocessing?.channelOrder ?? 'rgb';
  const prepared = inOrder(image, spec.input.channels, order);
  const expected = await attempt('the source', notRun, () => runTfjs(tf, model, prepared));
  if (!expected) return { checks, notRun };

  if (from === 'onnx') {
    // The channels of a file of another tool are in the order it takes them.
    const own = await attempt('the source', notRun, () => runOnnx(source, spec, prepared));
    if (own === null) notRun.push('the source itself: onnxruntime-node is not installed');
    else if (own) {
      const ours = isProbabilities(own) ? softmax(expected) : expected;
      checks.push({ backend: 'onnxruntime on the source', ...compare(own, ours) });
    }
  } else {
    notRun.push(
      `the source by its own tool: ${from} is not run here, so the result is compared with what was read`,
    );
  }

  const result = await attempt('the result', notRun, async () => {
    const back = (await openModelFile(target, { from: to, spec, allow: NOTE_CODES })).model;
    // Caffe is read back as RGB; elsewhere the order is what it was, said or not.
    const order = back.preprocessing?.channelOrder ?? (to === 'caffe' ? 'rgb' : undefined);
    return runTfjs(tf, back, order ? inOrder(image, spec.input.channels, order) : prepared);
  });
  if (result) checks.push({ backend: 'tfjs', ...compare(expected, result) });

  if (to === 'onnx') {
    const logits = await attempt('the ONNX file', notRun, () => runOnnx(target, spec, prepared));
    if (logits) checks.push({ backend: 'onnxruntime', ...compare(expected, logits) });
    else if (logits === null) {
      notRun.push('the ONNX graph itself: onnxruntime-node is not installed');
    }
  }
  return { checks, notRun };
}

/** Undefined where it failed, with the reason in `notRun`. */
async function attempt<T>(
  what: string,
  notRun: string[],
  task: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await task();
  } catch (error) {
    notRun.push(`${what}: ${(error as Error).message}`);
    return undefined;
  }
}

function isProbabilities(values: Float32Array): boolean {
  const sum = values.reduce((total, value) => total + value, 0);
  return values.every((value) => value >= 0) && Math.abs(sum - 1) < 1e-4;
}

function softmax(logits: Float32Array): Float32Array {
  const largest = logits.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const powers = logits.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => value / sum);
}

function compare(expected: Float32Array, found: Float32Array) {
  const largest = (values: Float32Array) =>
    values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return {
    largestLogit: largest(expected),
    largestDifference: largest(
      expected.map((value, index) => value - (found[index] ?? Number.NaN)),
    ),
  };
}
