import { createHash } from 'node:crypto';
import { existsSync, readdirSync, realpathSync, statSync, symlinkSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { BackendError } from '../backend-error.js';
import { CUDA_FOLDER } from './cuda-libraries.js';
import { parseWheelName } from './download-wheel.js';

/** Where TensorFlow's libraries come from. */
export type TensorflowSource =
  /** pip's index; without a version the newest. */
  | { readonly kind: 'index'; readonly version?: string }
  /** A wheel file on disk. */
  | { readonly kind: 'wheel'; readonly path: string; readonly version: string }
  /** An installed TensorFlow: the folder that holds libtensorflow_cc.so.2 and include/. */
  | { readonly kind: 'folder'; readonly path: string; readonly version: string };

/** The two libraries the addon is linked with. */
export const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const;

/**
 * Reads what a user typed after `--tensorflow`: VERSION, WHEEL or DIR.
 * Throws BackendError when it is none of them, or lacks what is needed.
 */
export function parseTensorflowSource(text: string | undefined): TensorflowSource {
  if (!text) return { kind: 'index' };
  const path = resolve(text);
  if (text.endsWith('.whl')) {
    const version = parseWheelName(basename(path))?.version;
    if (!version || !basename(path).startsWith('tensorflow'))
      throw new BackendError('no-wheel', `${text} is not named like a TensorFlow wheel`);
    if (!existsSync(path)) throw new BackendError('no-wheel', `there is no wheel ${path}`);
    return { kind: 'wheel', path, version };
  }
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return parseFolder(path);
  if (/^\d+\.\d+(\.\d+)?([a-z]+\d+)?$/.test(text)) return { kind: 'index', version: text };
  throw new BackendError(
    'no-wheel',
    `"${text}" is neither a TensorFlow version (2.21.0), nor a wheel file, nor a folder`,
  );
}

/** Accepts `site-packages/tensorflow`, or the site-packages folder around it. */
function parseFolder(path: string): TensorflowSource {
  const folder = existsSync(join(path, 'tensorflow', LIBRARIES[0]))
    ? join(path, 'tensorflow')
    : path;
  for (const needed of [...LIBRARIES, 'include/tensorflow/c/eager/c_api.h']) {
    if (!existsSync(join(folder, needed))) {
      throw new BackendError('no-wheel', `${path} holds no TensorFlow: ${needed} is missing`);
    }
  }
  // pip leaves the version beside the package: tensorflow_cpu-2.21.0.dist-info.
  const version = readdirSync(join(folder, '..'))
    .map((entry) => /^tensorflow(?:_cpu)?-(.+)\.dist-info$/.exec(entry)?.[1])
    .find((found) => found !== undefined);
  return { kind: 'folder', path: folder, version: version ?? 'local' };
}

/** Tells installed TensorFlows apart: by the path of the folder, and by the library that lies there now. */
export function folderKey(folder: string): string {
  const library = realpathSync(join(folder, LIBRARIES[0]));
  const { size, mtimeMs } = statSync(library);
  const identity = JSON.stringify([folder, library, size, mtimeMs]);
  return createHash('sha256').update(identity).digest('hex').slice(0, 12);
}

/** Links an installed TensorFlow into a build: nothing is copied, so it must stay where it is. */
export function linkFolder(folder: string, directory: string): void {
  for (const name of [...LIBRARIES, 'include'])
    symlinkSync(join(folder, name), join(directory, name));
  // pip puts NVIDIA's libraries beside the package.
  const cuda = join(folder, '..', CUDA_FOLDER);
  if (existsSync(cuda)) symlinkSync(cuda, join(directory, CUDA_FOLDER));
}
