import { createRequire } from 'node:module';

/**
 * Gives tfjs-node the two `util` functions it calls.
 *
 * Node 23 removed `util.isNullOrUndefined`, and `util.isArray` warns since Node 22; tfjs-node 4.22
 * calls both on its first op (dist/nodejs_kernel_backend.js, dist/kernels/TopK.js).
 */
export function shimNodeUtil(): void {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  util.isArray = Array.isArray;
}
