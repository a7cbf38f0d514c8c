import type { RgbImage } from '@alexnet/augment';
import type { Selection } from '@alexnet/backend';
import { decodeImage, fetchBlob, type PublishedWeights } from '@alexnet/classifier';
import type { Model, OpenedModel } from '@alexnet/convert';
import { openBackend, whenLost } from '../lib/network/open-backend.js';
import { type RunIntact, type Verification, verify } from '../lib/network/verify.js';
import { sameOrigin } from '../lib/page/same-origin.js';
import type { PublishedOptions } from '../lib/weights/published.js';
import { nextFrame } from './jobs.js';
import { type ReadAskingOptions, readAsking } from './read-asking.js';
import type { Opened } from './session-state.js';

/** What a session needs of the browser; tests bring their own. */
export interface Host {
  /** The backend the address asks for. */
  readonly backend: string | null;
  openBackend(wanted: string | null): Promise<Selection>;
  whenLost(selection: Selection, onLost: (reason: string) => void): void;
  /** A file beside the page; `share` is null when the server did not say how many there are. */
  fetchFile(
    address: string,
    onShare: (share: number | null) => void,
    signal?: AbortSignal,
  ): Promise<Blob>;
  /** The checked files of published weights. */
  fetchPublished(published: PublishedWeights, options: PublishedOptions): Promise<readonly File[]>;
  /** What a network read from them does not say of itself, added. */
  completePublished(model: Model, published: PublishedWeights): Promise<Model>;
  decodeImage(blob: Blob): Promise<RgbImage>;
  /** Null when the reader would rather not open the files after all. */
  readWeights(files: readonly File[], options: ReadAskingOptions): Promise<OpenedModel | null>;
  verify(selection: Selection, opened: Opened, runIntact: RunIntact): Promise<Verification>;
  /** Lets the page paint. */
  nextFrame(): Promise<void>;
}

export const browserHost = (): Host => ({
  backend: new URLSearchParams(location.search).get('backend'),
  openBackend,
  whenLost,
  fetchFile: (address, onShare, signal) =>
    fetchBlob(sameOrigin(address), {
      ...(signal && { signal }),
      // A run's weights change while it trains.
      cache: 'no-cache',
      onProgress: (bytes, total) => onShare(total > 0 ? bytes / total : null),
    }),
  // With a thousand names of classes, which nobody needs who opens a file.
  fetchPublished: async (published, options) =>
    (await import('../lib/weights/published.js')).publishedFiles(published, options),
  completePublished: async (model, published) =>
    (await import('../lib/weights/published.js')).completed(model, published),
  decodeImage,
  readWeights: readAsking,
  verify: (selection, { network, model }, runIntact) =>
    // Prepared pixel values are this large, so activations of the test pattern are as real ones.
    verify(
      selection,
      network,
      model.weights,
      model.preprocessing?.range === 255 ? 64 : 2,
      runIntact,
    ),
  nextFrame,
});
