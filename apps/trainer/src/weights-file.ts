import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ModelFile, readModel } from '@alexnet/convert';
import {
  buildNetwork,
  type Network,
  type Preprocessing,
  type Tf,
  validateSpec,
} from '@alexnet/model';

/** Name of the weights inside a run folder. */
export const WEIGHTS_NAME = 'weights.safetensors';

/** A weights file that says how its pictures are prepared and what its classes are called. */
export interface OpenWeights {
  readonly path: string;
  readonly file: ModelFile;
  readonly preprocessing: Preprocessing;
  readonly classNames: readonly string[];
}

/**
 * Reads `--weights FILE|RUN`.
 *
 * @throws Error naming the file when it is missing, damaged, or silent about its preprocessing
 */
export async function openWeights(path: string): Promise<OpenWeights> {
  const found = await stat(path).catch(() => null);
  if (!found) throw new Error(`there is no file or run folder ${path}`);
  const file = found.isDirectory() ? join(path, WEIGHTS_NAME) : path;
  const bytes = await readFile(file).catch(() => {
    throw new Error(
      `${path} holds no ${WEIGHTS_NAME}: is the run finished? (alexnet train --resume)`,
    );
  });
  const model = parse(bytes, file);
  if (!model.preprocessing) {
    throw new Error(
      `${file} does not say how its pictures were prepared, so nothing can be predicted`,
    );
  }
  const names = model.classNames ?? [];
  return {
    path: file,
    file: model,
    preprocessing: model.preprocessing,
    classNames: Array.from(
      { length: model.spec.classes },
      (_, index) => names[index] ?? `class ${index}`,
    ),
  };
}

function parse(bytes: Uint8Array, path: string): ModelFile {
  try {
    return readModel(bytes, { validateSpec });
  } catch (error) {
    throw new Error(`${path} is no usable weights file: ${(error as Error).message}`);
  }
}

/** The network of a weights file on a backend; the caller disposes it. */
export function loadNetwork(tf: Tf, weights: OpenWeights): Network {
  const network = buildNetwork(tf, weights.file.spec);
  network.setWeights(weights.file.weights);
  return network;
}
