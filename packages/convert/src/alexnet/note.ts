import { FormatError } from '../format-error.js';

/** What a conversion changed or could not keep. Inexact ones must be allowed by code. */
export const NOTE_CODES = [
  'names', // tensors renamed by position or by another library's naming; nothing is lost
  'layout', // axes moved; undone exactly on the way back
  'channel-order', // conv1's input channels and the mean reversed between BGR and RGB
  'groups', // grouped filters cut, joined or padded with zeros
  'precision', // numbers rounded to a narrower type
  'dropped-tensor', // a tensor the network has no place for
  'metadata', // network, preprocessing, class names or provenance the format cannot hold
  'preprocessing', // the file says nothing, or the format says less than is known
  'mean-image', // a mean per pixel reduced to one per channel
  'architecture', // the file computes something else, or the format cannot say a part of the network
] as const;

/** One of {@link NOTE_CODES}. */
export type NoteCode = (typeof NOTE_CODES)[number];

/** One thing a conversion changed, or could not keep. */
export interface Note {
  /** What kind of change; an inexact one is let through by naming it. */
  readonly code: NoteCode;
  /** One sentence naming what is concerned. */
  readonly detail: string;
  /** Whether the other direction gives everything back. */
  readonly exact: boolean;
}

/**
 * Lets a conversion through when it is exact, or every inexact code was allowed.
 *
 * @throws FormatError not-allowed, naming the first code that was not
 */
export function checkAllowed(notes: readonly Note[], allow: readonly NoteCode[] = []): void {
  const refused = notes.find(({ code, exact }) => !exact && !allow.includes(code));
  if (refused) {
    throw new FormatError(
      'not-allowed',
      `inexact conversion (${refused.code}): ${refused.detail}; allow "${refused.code}" to do it anyway`,
    );
  }
}
