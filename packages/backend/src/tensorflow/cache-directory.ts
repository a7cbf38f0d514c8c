import { join } from 'node:path';
import { cacheDirectory } from '@alexnet/files/node';

/** The folder of built TensorFlow addons, one sub-folder per version. */
export function tensorflowDirectory(override?: string): string {
  return join(cacheDirectory(override), 'tensorflow');
}
