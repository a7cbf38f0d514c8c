import type { OpenedModel } from '@alexnet/convert';
import type { PresetName } from '@alexnet/model';
import {
  type ReadInWorkerOptions,
  readInWorker,
  UnknownPresetError,
} from '../lib/read-in-worker.js';
import { questions } from './questions.svelte.js';

/**
 * Reads weights of any format and asks on the page what the file leaves open: which network it is,
 * and whether an inexact conversion will do. Null when the reader would rather not.
 */
export async function readAsking(
  files: readonly File[],
  options: Omit<ReadInWorkerOptions, 'preset'>,
): Promise<OpenedModel | null> {
  const name = files.map((file) => file.name).join(', ');
  let read: OpenedModel;
  try {
    read = await readInWorker(files, { ...options, preset: null });
  } catch (error) {
    if (!(error instanceof UnknownPresetError)) throw error;
    const preset: PresetName | null = await questions.askPreset(name);
    if (preset === null) return null;
    read = await readInWorker(files, { ...options, preset });
  }
  const inexact = read.notes.some(({ exact }) => !exact);
  if (inexact && !(await questions.askNotes(name, read.notes))) return null;
  return read;
}
