import { nearest } from './nearest.js';

/** The backends this package knows, best first within one kind of machine. */
export const BACKEND_NAMES = ['tensorflow', 'webgpu', 'webgl', 'wasm', 'cpu'] as const;

/** One of {@link BACKEND_NAMES}. */
export type BackendName = (typeof BACKEND_NAMES)[number];

/** Checks a name a user typed; throws an Error naming the nearest right one. */
export function parseBackendName(
  value: string,
  allowed: readonly BackendName[] = BACKEND_NAMES,
): BackendName {
  const found = allowed.find((name) => name === value.trim().toLowerCase());
  if (found) return found;
  throw new Error(
    `unknown backend "${value}": did you mean "${nearest(value, allowed)}"? (one of ${allowed.join(', ')})`,
  );
}
