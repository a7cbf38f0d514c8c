import type { RgbImage } from '@alexnet/augment';
import { createClassifier, decodeImage } from '@alexnet/classifier';
import type { Model } from '@alexnet/convert';
import { openBackend } from '../network/open-backend.js';
import { type Look, lookAtImages } from './look-at-images.js';

export interface LookRequest {
  readonly model: Model;
  /** The page's own backend. */
  readonly backend: string;
  readonly images: readonly Blob[];
}

export type LookReply =
  | { readonly kind: 'look'; readonly look: Look | null }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string };

/** Thousands of images would hold up the page, so a second copy of the network answers here. */
addEventListener('message', async ({ data }: MessageEvent<LookRequest>) => {
  try {
    const { tf } = await openBackend(data.backend);
    const classifier = createClassifier(tf, data.model, async (image: RgbImage) => image);
    for await (const look of lookAtImages(classifier, data.images, decodeImage)) {
      reply({ kind: 'look', look });
    }
    reply({ kind: 'done' });
  } catch (error) {
    reply({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
});

function reply(message: LookReply): void {
  postMessage(message);
}
