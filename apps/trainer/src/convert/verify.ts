import { NOTE_CODES } from '@alexnet/convert';
import type { NetworkSpec, Preprocessing, Tf } from '@alexnet/model';
import type { Conversion } from './convert-model.js';
import { openModelFile, type ReadOptions } from './open-model.js';
import { inOrder, probeImage, runLayersModel, runOnnx, runTfjs } from './run-probe.js';

/** What a file's own tool makes of it, beside what this package does. */
export interface Check extends Difference {
  readonly tool: string;
}

/** Largest logit, and the largest difference to it. */
export interface Difference {
  readonly largestLogit: number;
  readonly largestDifference: number;
}

export interface Verification {
  readonly checks: readonly Check[];
  /** The result, read again, beside what was read: a check of the writing and not of the reading. */
  readonly readAgain: Difference | null;
  /** What could not be run, one sentence each. */
  readonly notRun: readonly string[];
}

/** Sums in another order differ by a millionth or so of the largest logit, wrong numbers by a part of it. */
const ROUNDING = 1e-3;

/**
 * What a verification found wrong; null for nothing. An inexact conversion may differ by as much as it
 * does, but not by what is no number.
 */
export function faultOf(
  { checks, readAgain }: Verification,
  { notes }: Pick<Conversion, 'notes'>,
): string | null {
  const compared = [
    ...checks.map(({ tool, ...difference }) => ({ what: tool, ...difference })),
    ...(readAgain ? [{ what: 'the result read again', ...readAgain }] : []),
  ];
  if (compared.length === 0) return 'nothing could be compared';
  const limit = notes.every(({ exact }) => exact) ? ROUNDING : Number.POSITIVE_INFINITY;
  const wrong = compared.find(
    ({ largestLogit, largestDifference }) => !(largestDifference < limit * largestLogit),
  );
  return wrong ? `${wrong.what} computes something else, by more than rounding does` : null;
}

/** Formats whose files run here by the tool they are for. */
const RUNS = { onnx: 'onnxruntime', tfjs: 'TF.js' } as const;

/**
 * Reads a conversion's source and result again and runs both on the same image of noise, and by their
 * own tools where those are here. The result is read as the source's network, since most formats hold
 * numbers only.
 */
export async function verifyConversion(
  tf: Tf,
  { source, target, from, to }: Conversion,
  options: ReadOptions,
): Promise<Verification> {
  const checks: Check[] = [];
  const notRun: string[] = [];
  const { model, notes } = await openModelFile(source, { ...options, from, allow: NOTE_CODES });
  const { spec, preprocessing } = model;
  const order = preprocessing?.channelOrder ?? 'rgb';
  // A file of another tool that says how images are prepared does it itself, to pixels.
  const prepares = from in RUNS && notes.some(({ code }) => code === 'preprocessing');
  const front = prepares ? preprocessing : null;
  const image = probeImage(spec, front ? 1 : (preprocessing?.range ?? 1));
  const seen = front ? afterFront(image, front) : image;
  const prepared = inOrder(seen, spec.input.channels, order);
  const expected = await attempt('the source', notRun, () => runTfjs(tf, model, prepared));
  if (!expected) return { checks, readAgain: null, notRun };
  const compared = (what: string, ours: Float32Array, other: Float32Array) => {
    const difference = compare(ours, other);
    if (difference.largestLogit > 0) return difference;
    notRun.push(`${what}: its logits are ${difference.largestLogit}, which shows nothing`);
    return null;
  };
  const check = (tool: string, ours: Float32Array, other: Float32Array) => {
    const difference = compared(tool, ours, other);
    if (difference) checks.push({ tool, ...difference });
  };
  const run = { onnx: runOnnx, tfjs: runLayersModel.bind(null, tf) };

  if (from === 'onnx' || from === 'tfjs') {
    // The channels of a file of another tool are in the order it takes them.
    const images = front ? [image, image.map((value) => 255 * value)] : [prepared];
    const own = await attempt('the source', notRun, () => runAll(run[from], source, spec, images));
    if (own === null) notRun.push('the source itself: onnxruntime-node is not installed');
    else if (own) {
      // Whether pixels go up to 1 or to 255 the graph does not say; one of both computes the same.
      const [best] = own
        .map((output) => ({ output, ours: inKind(output, expected) }))
        .sort((a, b) => gap(a) - gap(b));
      if (best) check(`${RUNS[from]} on the source`, best.output, best.ours);
    }
  } else {
    notRun.push(`the source by its own tool: ${from} is not run here`);
  }

  const result = await attempt('the result', notRun, async () => {
    // Both are written as their tools have it by default, which they do not say.
    const flattened =
      to === 'numpy' || to === 'keras' ? { dataFormat: 'channels_last' as const } : {};
    const reading = { from: to, spec, allow: NOTE_CODES, ...flattened };
    const back = (await openModelFile(target, reading)).model;
    // Caffe is read back as RGB; elsewhere the order is what it was, said or not.
    const order = back.preprocessing?.channelOrder ?? (to === 'caffe' ? 'rgb' : undefined);
    return runTfjs(tf, back, order ? inOrder(seen, spec.input.channels, order) : prepared);
  });
  const readAgain = result ? compared('the result', expected, result) : null;

  if (to === 'onnx' || to === 'tfjs') {
    const logits = await attempt('the result', notRun, () => run[to](target, spec, prepared));
    if (logits) check(`${RUNS[to]} on the result`, expected, logits);
    else if (logits === null) {
      notRun.push('the result itself: onnxruntime-node is not installed');
    }
  }
  return { checks, readAgain, notRun };
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

/** Through the file itself, one image after the other; null where its tool is not installed. */
async function runAll(
  run: typeof runOnnx,
  path: string,
  spec: NetworkSpec,
  images: readonly Float32Array[],
): Promise<Float32Array[] | null> {
  const outputs: Float32Array[] = [];
  for (const image of images) {
    const output = await run(path, spec, image);
    if (!output) return null;
    outputs.push(output);
  }
  return outputs;
}

/** Pixels 0 to 1 as the first layer sees them. */
function afterFront(image: Float32Array, { range, mean, std }: Preprocessing): Float32Array {
  const means = Array.isArray(mean) ? mean : [0, 0, 0];
  return image.map((value, at) => (range * value - (means[at % 3] ?? 0)) / (std?.[at % 3] ?? 1));
}

/** Logits as what an output holds: itself, probabilities, or their logarithms. */
function inKind(output: Float32Array, logits: Float32Array): Float32Array {
  if (isProbabilities(output)) return softmax(logits);
  return isProbabilities(output.map(Math.exp)) ? softmax(logits).map(Math.log) : logits;
}

function gap({ output, ours }: { output: Float32Array; ours: Float32Array }): number {
  return compare(output, ours).largestDifference;
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

function compare(expected: Float32Array, found: Float32Array): Difference {
  const largest = (values: Float32Array) =>
    values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return {
    largestLogit: largest(expected),
    largestDifference: largest(
      expected.map((value, index) => value - (found[index] ?? Number.NaN)),
    ),
  };
}
