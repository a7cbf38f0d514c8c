import { type OpenedWeights, type OpenWeightsOptions, openWeights } from '@alexnet/classifier/node';
import { NOTE_CODES, type NoteCode } from '@alexnet/convert';
import { fetching } from '../fetching.js';
import { requireAllowed } from './judge-notes.js';

/** What a reader needs to find the network, as options of commands give it. */
export type ReadOptions = Pick<
  OpenWeightsOptions,
  'from' | 'preset' | 'modifiers' | 'spec' | 'channelOrder' | 'mean' | 'meta'
>;

/**
 * Reads a network by the name of published weights, from an address, a run folder, or a file or folder
 * of any format. What is fetched is fetched once, under a progress bar.
 *
 * @param allow codes of inexact notes to let pass
 * @throws Error in one line: missing, damaged, ambiguous, or inexact and not allowed
 */
export async function openModelFile(
  input: string,
  { allow = [], ...options }: ReadOptions & { readonly allow?: readonly NoteCode[] } = {},
): Promise<OpenedWeights> {
  const opened = await fetching((fetch) =>
    openWeights(input, { ...options, ...fetch, allow: NOTE_CODES }),
  );
  requireAllowed(opened.notes, allow);
  return opened;
}
