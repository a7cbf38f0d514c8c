import type { RgbImage } from '@alexnet/augment';
import type { Selection } from '@alexnet/backend';
import type { Classifier } from '@alexnet/classifier';
import type { Model, Note } from '@alexnet/convert';
import type { Cover } from '../lib/images/cover.js';
import type { Answer } from '../lib/network/answer.js';
import { type Change, NO_CHANGE } from '../lib/network/change.js';
import type { Verification } from '../lib/network/verify.js';

/** A network that has been opened: it answers, and says where it is from. */
export interface Opened extends Classifier<RgbImage> {
  readonly name: string;
  readonly bytes: number;
  /** Where a link can fetch it again; null for a file of the reader's own. */
  readonly address: string | null;
  /** What reading the file changed; empty for our own format. */
  readonly notes: readonly Note[];
  /** The file as read. `model` is the same reading RGB, prepared as the reader said where the file is silent. */
  readonly file: Model;
}

export interface OpenedImage {
  readonly name: string;
  readonly original: RgbImage;
  /** Where a link can fetch it again; null for an image of the reader's own. */
  readonly address: string | null;
}

/**
 * The network, the image and what is taken away from them. Whatever is computed belongs to the
 * subject it was computed for, and is shown only while that one is on the page.
 */
export interface Subject {
  readonly opened: Opened;
  readonly image: OpenedImage;
  readonly change: Change;
  readonly cover: Cover | null;
}

/** Answers to one subject; `intact` is the network's own while something is knocked out. */
export interface Answered {
  readonly subject: Subject;
  readonly answer: Answer;
  readonly intact: Answer;
}

/** A comparison with the reference: of which network, on which backend, and how it went. */
export interface Checked {
  readonly opened: Opened;
  readonly selection: Selection;
  readonly outcome:
    | { readonly kind: 'running' }
    | { readonly kind: 'failed'; readonly reason: string }
    | { readonly kind: 'done'; readonly result: Verification };
}

export interface SessionState {
  readonly selection: Selection | null;
  readonly opened: Opened | null;
  readonly image: OpenedImage | null;
  /** Images the reader brought, to choose from. */
  readonly ownImages: readonly File[];
  readonly change: Change;
  /** A gray square the reader holds over the image. */
  readonly cover: Cover | null;
  readonly tenCrop: boolean;
  /** Null before a network and an image are there. */
  readonly subject: Subject | null;
  readonly answered: Answered | null;
  /** True while the answer shown is not yet that of the image and weights shown. */
  readonly answering: boolean;
  readonly checked: Checked | null;
  /** The reader does not know how images were prepared: filters and layers only. */
  readonly withoutImages: boolean;
  readonly progress: { readonly text: string; readonly share: number | null } | null;
  /** Stops the fetching or reading of a file; null while there is nothing to stop. */
  readonly cancel: (() => void) | null;
  /** What went wrong, in one line. */
  readonly problem: string | null;
  /** What the reader should know although nothing went wrong, in one line. */
  readonly notice: string | null;
}

export const INITIAL_STATE: SessionState = {
  selection: null,
  opened: null,
  image: null,
  ownImages: [],
  change: NO_CHANGE,
  cover: null,
  tenCrop: false,
  subject: null,
  answered: null,
  answering: false,
  checked: null,
  withoutImages: false,
  progress: null,
  cancel: null,
  problem: null,
  notice: null,
};
