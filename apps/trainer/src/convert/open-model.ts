import { type OpenedWeights, type OpenWeightsOptions, openWeights } from '@alexnet/classifier/node';
import { NOTE_CODES, type NoteCode } from '@alexnet/convert';
import { fetching } from '../fetching.js';
import { type Checkpoint, checkpointOfStopped, openRunWeights } from '../run/run-weights.js';
import { requireAllowed } from './judge-notes.js';

/** What a reader needs to find the network, as options of commands give it. */
export type ReadOptions = Pick<
  OpenWeightsOptions,
  | 'from'
  | 'preset'
  | 'modifiers'
  | 'spec'
  | 'channelOrder'
  | 'dataFormat'
  | 'mean'
  | 'meta'
  | 'prototxt'
  | 'epsilon'
>;

/**
 * Reads a network by the name of published weights, from an address, a run folder, or a file or folder
 * of any format. What is fetched is fetched once, under a progress bar.
 *
 * @param allow codes of inexact notes to let pass
 * @param checkpoint of a run; default: its finished weights, or where it was stopped its last checkpoint
 * @throws Error in one line: missing, damaged, ambiguous, or inexact and not allowed
 */
export async function openModelFile(
  input: string,
  {
    allow = [],
    checkpoint,
    ...options
  }: ReadOptions & {
    readonly allow?: readonly NoteCode[];
    readonly checkpoint?: Checkpoint | undefined;
  } = {},
): Promise<OpenedWeights> {
  const which = checkpoint ?? (await checkpointOfStopped(input));
  if (which) {
    const { path, model } = await openRunWeights(input, which);
    return { path, model, format: 'safetensors', notes: [], published: null };
  }
  const opened = await fetching((fetch) =>
    openWeights(input, { ...options, ...fetch, allow: NOTE_CODES }),
  );
  requireAllowed(opened.notes, allow);
  return opened;
}
