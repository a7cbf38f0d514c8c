import { BackendError } from '../backend-error.js';
import type { BackendName } from './backend-name.js';
import type { Tf } from './tf.js';

/** A backend that was not taken, and why. */
export interface PassedOver {
  readonly name: BackendName;
  /** In words: two backends can share a name, TensorFlow on a GPU and on the processor. */
  readonly label: string;
  readonly reason: string;
}

/** A prepared backend. */
export interface Selection {
  /** tfjs core and layers with every gradient registered; `tf.getBackend()` is `name`. */
  readonly tf: Tf;
  readonly name: BackendName;
  /** Processor and backend in words, for people and logs. */
  readonly device: string;
  /** The backends tried or ranked before this one, best first. */
  readonly passedOver: readonly PassedOver[];
}

/**
 * Which backend is wanted; without either, `ALEXNET_BACKEND` is preferred, then the best there is.
 */
export interface SelectOptions {
  /** Try this one first and go on with the others, with the reason, when it does not work. */
  readonly prefer?: string;
  /** Take this one or throw one line saying why it does not work. */
  readonly require?: string;
}

/** One way to get a backend. `open` prepares it or throws an Error whose first line is the reason. */
export interface Candidate {
  readonly name: BackendName;
  /** In words, for tables. */
  readonly label: string;
  /** Where it computes, for the two of one name. */
  readonly kind?: 'gpu' | 'cpu';
  readonly open: () => Promise<{ readonly tf: Tf; readonly device: string }>;
}

/**
 * Opens the first candidate that works.
 * Candidates come best first; the one asked for moves to the front, or stands alone if required.
 */
export async function firstThatWorks(
  candidates: readonly Candidate[],
  asked: { readonly name: BackendName | undefined; readonly required: boolean },
): Promise<Selection> {
  const first = candidates.filter(({ name }) => name === asked.name);
  const rest = asked.required ? [] : candidates.filter(({ name }) => name !== asked.name);
  const passedOver: PassedOver[] = [];
  for (const { name, label, open } of [...first, ...rest]) {
    try {
      const { tf, device } = await open();
      return { tf, name, device, passedOver };
    } catch (error) {
      passedOver.push({ name, label, reason: firstLine(error) });
    }
  }
  const reasons = passedOver.map(({ name, reason }) => `${name}: ${reason}`).join('; ');
  throw new BackendError(
    'unavailable',
    asked.required
      ? `the ${asked.name} backend does not work here: ${passedOver.map(({ reason }) => reason).join('; ')}`
      : `no tfjs backend works here: ${reasons}`,
  );
}

/** The first line of an error's message: reasons are shown in tables and on one line. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0]?.trim() || 'unknown reason';
}
