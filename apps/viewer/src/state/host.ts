import type { RgbImage } from '@alexnet/augment';
import type { Selection } from '@alexnet/backend';
import { decodeImage } from '@alexnet/classifier';
import type { OpenedModel } from '@alexnet/convert';
import { openBackend, whenLost } from '../lib/network/open-backend.js';
import { type RunIntact, type Verification, verify } from '../lib/network/verify.js';
import type { ReadInWorkerOptions } from '../lib/read-in-worker.js';
import { fetchBytes, type OnShare } from '../lib/weights/fetch-bytes.js';
import { nextFrame } from './jobs.js';
import { readAsking } from './read-asking.js';
import type { Opened } from './session-state.js';

/** What a session needs of the browser; tests bring their own. */
export interface Host {
  /** The backend the address asks for. */
  readonly backend: string | null;
  openBackend(wanted: string | null): Promise<Selection>;
  whenLost(selection: Selection, onLost: (reason: string) => void): void;
  fetchBytes(address: string, onShare: OnShare, signal?: AbortSignal): Promise<ArrayBuffer>;
  decodeImage(blob: Blob): Promise<RgbImage>;
  /** Null when the reader would rather not open the files after all. */
  readWeights(
    files: readonly File[],
    options: Omit<ReadInWorkerOptions, 'preset'>,
  ): Promise<OpenedModel | null>;
  verify(selection: Selection, opened: Opened, runIntact: RunIntact): Promise<Verification>;
  /** Lets the page paint. */
  nextFrame(): Promise<void>;
}

export const browserHost = (): Host => ({
  backend: new URLSearchParams(location.search).get('backend'),
  openBackend,
  whenLost,
  fetchBytes,
  decodeImage,
  readWeights: readAsking,
  verify: (selection, { network, file }, runIntact) =>
    // Prepared pixel values are this large, so activations of the test pattern are as real ones.
    verify(selection, network, file.weights, file.preprocessing?.range === 255 ? 64 : 2, runIntact),
  nextFrame,
});
