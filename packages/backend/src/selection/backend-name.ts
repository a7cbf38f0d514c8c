import { BackendError } from '../backend-error.js';
import { nearest } from './nearest.js';

/** The backends this package knows, best first within one kind of machine. */
export const BACKEND_NAMES = ['tensorflow', 'webgpu', 'webgl', 'wasm', 'cpu'] as const;

/** One of {@link BACKEND_NAMES}. */
export type BackendName = (typeof BACKEND_NAMES)[number];

/** A name a user typed. @throws {BackendError} naming the nearest right one. */
export function parseBackendName(
  value: string,
  allowed: readonly BackendName[] = BACKEND_NAMES,
): BackendName {
  const found = allowed.find((name) => name === value.trim().toLowerCase());
  if (found) return found;
  throw new BackendError(
    'unknown-backend',
    `unknown backend "${value}": did you mean "${nearest(value, allowed)}"? (one of ${allowed.join(', ')})`,
  );
}
