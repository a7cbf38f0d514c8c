import type { Evaluation } from '@alexnet/trainer';
import { percent, say } from './say.js';

/** `--max-broken`: share of images that may be unreadable. */
export const MAX_BROKEN_SHARE = 0.01;

/** Names every unreadable image once and stops a run that has too many of them. */
export interface BrokenImages {
  readonly count: number;
  /** @throws {Error} when more than the allowed share of the images is unreadable. */
  note(id: string, reason: string): void;
}

export function createBrokenImages(total: number, maxShare: number): BrokenImages {
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
 * Refuses an evaluation that left out too many images: its shares would be of another set.
 *
 * @throws {Error} naming the first of them.
 */
export function requireReadable({ images, skipped }: Evaluation, maxShare: number): void {
  const total = images + skipped.length;
  if (skipped.length <= maxShare * total) return;
  for (const { id, reason } of skipped) say(`skipped ${id}: ${reason}`);
  throw tooMany(skipped.length, total, maxShare);
}

function tooMany(broken: number, total: number, maxShare: number): Error {
  return new Error(
    `${broken} of ${total} images cannot be read, more than ${percent(maxShare)}: repair them, or allow a larger share with --max-broken`,
  );
}
