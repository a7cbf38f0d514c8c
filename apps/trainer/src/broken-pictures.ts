import type { Evaluation } from '@alexnet/trainer';
import { percent, say } from './say.js';

/** `--max-broken`: share of pictures that may be unreadable. */
export const MAX_BROKEN_SHARE = 0.01;

/** Names every unreadable picture once and stops a run that has too many of them. */
export interface BrokenPictures {
  readonly count: number;
  /** @throws {Error} when more than the allowed share of the pictures is unreadable. */
  note(id: string, reason: string): void;
}

export function createBrokenPictures(total: number, maxShare: number): BrokenPictures {
  const ids = new Set<string>();
  return {
    get count() {
      return ids.size;
    },
    note(id, reason) {
      if (ids.has(id)) return;
      ids.add(id);
      say(`skipped ${id}: ${reason}`);
      if (ids.size > maxShare * total) throw tooMany(ids.size, total, maxShare);
    },
  };
}

/**
 * Refuses an evaluation that left out too many pictures: its shares would be of another set.
 *
 * @throws {Error} naming the first of them.
 */
export function requireReadable({ pictures, skipped }: Evaluation, maxShare: number): void {
  const total = pictures + skipped.length;
  if (skipped.length <= maxShare * total) return;
  for (const { id, reason } of skipped) say(`skipped ${id}: ${reason}`);
  throw tooMany(skipped.length, total, maxShare);
}

function tooMany(broken: number, total: number, maxShare: number): Error {
  return new Error(
    `${broken} of ${total} pictures cannot be read, more than ${percent(maxShare)}: repair them, or allow a larger share with --max-broken`,
  );
}
