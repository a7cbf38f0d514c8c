import { centerCrop, prepareImage, type RgbImage, resizeShorterSide } from '@alexnet/augment';
import type { Selection } from '@alexnet/backend';
import type { Model } from '@alexnet/convert';
import type { Note } from '@alexnet/convert/torch';
import { buildNetwork, type Network, type Preprocessing } from '@alexnet/model';
import type { LayerMaps } from '../lib/activation-images.js';
import { type Answer, answerFor } from '../lib/answer.js';
import { asRgb } from '../lib/as-rgb.js';
import { checkOpened } from '../lib/check-opened.js';
import { decodeImage } from '../lib/decode-image.js';
import { fetchBytes } from '../lib/fetch-bytes.js';
import { toGray } from '../lib/image-pixels.js';
import { applyChange, type Change, isIntact, NO_CHANGE } from '../lib/knock-out.js';
import { whenLost } from '../lib/lost-device.js';
import { openBackend } from '../lib/open-backend.js';
import { Jobs, nextFrame } from './jobs.js';
import { readAsking } from './read-asking.js';

/** A network that has been opened. */
export interface Opened {
  readonly name: string;
  readonly bytes: number;
  /** Where a link can fetch it again; null for a file of the reader's own. */
  readonly address: string | null;
  readonly file: Model;
  readonly network: Network;
  /** What reading the file changed; empty for our own format. */
  readonly notes: readonly Note[];
  /** The file as read, where the reader said how images are prepared and `file` follows that. */
  readonly silent: Model | null;
}

export interface OpenedImage {
  readonly name: string;
  readonly original: RgbImage;
  /** Where a link can fetch it again; null for an image of the reader's own. */
  readonly address: string | null;
}

/** Everything the page shows. One instance; panels read it and call its methods. */
export class Viewer {
  selection = $state.raw<Selection | null>(null);
  opened = $state.raw<Opened | null>(null);
  image = $state.raw<OpenedImage | null>(null);
  answer = $state.raw<Answer | null>(null);
  /** The answer of the intact network, kept while something is knocked out. */
  intactAnswer = $state.raw<Answer | null>(null);
  change = $state.raw<Change>(NO_CHANGE);
  tenCrop = $state(false);
  /** The reader does not know how images were prepared: filters and layers only. */
  withoutImages = $state(false);
  progress = $state.raw<{ readonly text: string; readonly share: number | null } | null>(null);
  /** Stops the reading of a file; null while there is nothing to stop. */
  cancel = $state.raw<(() => void) | null>(null);
  problem = $state<string | null>(null);
  /** Counts every change of weights or image: panels that computed something know it is stale. */
  version = $state(0);
  /** True while the answer shown is not yet that of the image and weights shown. */
  answering = $state(false);

  readonly preprocessing = $derived(this.opened?.file.preprocessing ?? null);
  /** The image as the network's rule resizes it, gray where the reader asked for that. */
  readonly resized = $derived.by(() => {
    if (!this.image || !this.preprocessing) return null;
    const { original } = this.image;
    const source = this.change.gray ? toGray(original) : original;
    return resizeShorterSide(source, this.preprocessing.resize.shorterSide);
  });
  /** The center crop every panel but the ten crops works on. */
  readonly crop = $derived(
    this.resized && this.preprocessing ? centerCrop(this.resized, this.preprocessing.crop) : null,
  );

  private readonly jobs = new Jobs();
  private applied: Change = NO_CHANGE;
  private questions = 0;
  private openings = 0;
  private running = 0;
  private starting: Promise<Selection> | null = null;

  /** Starts the backend once; everything else waits for it. */
  start(): Promise<Selection> {
    this.starting ??= this.prepare(new URLSearchParams(location.search).get('backend'));
    return this.starting;
  }

  private async prepare(wanted: string | null): Promise<Selection> {
    const selection = await openBackend(wanted);
    this.selection = selection;
    whenLost(selection, (reason) => this.recover(reason));
    return selection;
  }

  /** Goes on without the graphics device: the file's weights are still in memory. */
  private async recover(reason: string): Promise<void> {
    this.starting = this.prepare('wasm');
    await this.attempt('Starting again without the graphics device', async () => {
      const { tf } = await this.start();
      await this.jobs.run(async () => {
        if (!this.opened) return;
        const network = buildNetwork(tf, this.opened.file.spec);
        network.setWeights(this.opened.file.weights);
        applyChange(tf, network, this.opened.file.weights, this.change, NO_CHANGE);
        this.applied = this.change;
        this.opened = { ...this.opened, network };
      });
      this.version++;
      await this.predict();
    });
    this.problem ??= `The graphics device was lost (${reason}). The page goes on with ${this.selection?.name}.`;
  }

  className(index: number): string {
    return this.opened?.file.classNames?.[index] ?? `class ${index}`;
  }

  async openWeightsUrl(address: string): Promise<void> {
    const opening = ++this.openings;
    await this.attempt('Fetching the weights', async () => {
      const bytes = await fetchBytes(address, (share) => {
        this.progress = { text: 'Fetching the weights', share };
      });
      // What was opened meanwhile is what the reader wants to see.
      if (opening !== this.openings) return;
      const name = address.split(/[/?#]/).filter(Boolean).slice(-2).join('/');
      await this.openWeights([new File([bytes], name)], address);
    });
  }

  async openImageUrl(address: string, name = address.split('/').at(-1) ?? address): Promise<void> {
    await this.attempt('Fetching the image', async () => {
      const bytes = await fetchBytes(address, () => undefined);
      await this.useImage(new Blob([bytes]), name, address);
    });
  }

  /** Opens whatever was dropped, pasted or picked: an image, or the files of one network. */
  async openFiles(files: readonly File[]): Promise<void> {
    const image = files.find(({ type }) => type.startsWith('image/'));
    const others = files.filter(({ type }) => !type.startsWith('image/'));
    if (others.length > 0) {
      this.openings++;
      await this.attempt('Reading the weights', () => this.openWeights(others));
    }
    if (!image || this.problem) return;
    await this.attempt('Decoding the image', async () => {
      if (image.size === 0) throw new Error(`${image.name} is empty.`);
      await this.useImage(image, image.name);
    });
  }

  async useImage(blob: Blob, name: string, address: string | null = null): Promise<void> {
    this.showImage(await decodeImage(blob), name, address);
    await this.predict();
  }

  showImage(original: RgbImage, name: string, address: string | null = null): void {
    this.image = { original, name, address };
    this.version++;
  }

  async setTenCrop(on: boolean): Promise<void> {
    this.tenCrop = on;
    await this.attempt('Computing', () => this.predict());
  }

  /** Prepares images as the reader says, for a file that does not; null takes that back. */
  async choosePreprocessing(preprocessing: Preprocessing | null): Promise<void> {
    const { opened } = this;
    if (!opened) return;
    this.withoutImages = false;
    const silent = opened.silent ?? opened.file;
    await this.attempt('Computing', () =>
      this.useNetwork({
        ...opened,
        file: asRgb({ ...silent, preprocessing }),
        silent: preprocessing && silent,
      }),
    );
  }

  /** Knocks something out, or puts it back. */
  async setChange(change: Change): Promise<void> {
    const { opened } = this;
    if (!opened) return;
    this.change = change;
    await this.attempt('Computing', async () => {
      const { tf } = await this.start();
      await this.jobs.run(async () => {
        applyChange(tf, opened.network, opened.file.weights, change, this.applied);
        this.applied = change;
      });
      this.version++;
      await this.predict();
    });
  }

  /** Puts the weights back as `change` says after a job has written over them. */
  async restoreWeights(): Promise<void> {
    const { opened } = this;
    if (!opened) return;
    opened.network.setWeights(opened.file.weights);
    const { tf } = await this.start();
    applyChange(tf, opened.network, opened.file.weights, this.applied, NO_CHANGE);
  }

  /** Answers for the image as it is now; nothing happens before both image and network are there. */
  async predict(): Promise<void> {
    const { opened, image, preprocessing, change, tenCrop } = this;
    if (!opened || !image || !preprocessing) return;
    const { tf } = await this.start();
    const question = ++this.questions;
    this.answering = true;
    this.progress = { text: 'Computing', share: null };
    try {
      await nextFrame();
      await this.jobs.run(async () => {
        // A newer question is on its way; its answer is the one to show.
        if (question !== this.questions) return;
        const source = change.gray ? toGray(image.original) : image.original;
        const answer = await answerFor(tf, opened.network, source, preprocessing, tenCrop);
        let intact = answer;
        if (!isIntact(change)) {
          const { network, file } = opened;
          applyChange(tf, network, file.weights, NO_CHANGE, this.applied);
          try {
            intact = await answerFor(tf, network, image.original, preprocessing, tenCrop);
          } finally {
            applyChange(tf, network, file.weights, this.applied, NO_CHANGE);
          }
        }
        if (question !== this.questions) return;
        this.answer = answer;
        this.intactAnswer = intact;
      });
    } finally {
      if (question === this.questions) this.answering = false;
    }
  }

  /** What the named layers make of the center crop, read back from the device. */
  async maps(layers: readonly string[]): Promise<LayerMaps[]> {
    return this.withInput(async (network, x) => {
      const activations = network.activations(x, layers);
      const maps: LayerMaps[] = [];
      for (const [layer, tensor] of activations) {
        const shape = tensor.shape;
        const [height, width, channels] =
          shape.length === 4 ? [shape[1], shape[2], shape[3]] : [1, 1, shape[1]];
        const data = (await tensor.data()) as Float32Array;
        tensor.dispose();
        maps.push({ layer, height: height ?? 1, width: width ?? 1, channels: channels ?? 1, data });
      }
      return maps;
    });
  }

  /** Runs a job on the center crop as a prepared batch of one. Throws when there is no image yet. */
  async withInput<T>(
    job: (
      network: Network,
      x: import('@tensorflow/tfjs-core').Tensor4D,
      selection: Selection,
    ) => Promise<T>,
  ): Promise<T> {
    const { opened, image, preprocessing } = this;
    if (!opened || !image || !preprocessing) throw new Error('Open weights and an image first.');
    const selection = await this.start();
    return this.jobs.run(async () => {
      const source = this.change.gray ? toGray(image.original) : image.original;
      const { height, width } = preprocessing.crop;
      const data = prepareImage(source, preprocessing);
      const x = selection.tf.tensor4d(data, [1, height, width, 3]);
      try {
        return await job(opened.network, x, selection);
      } finally {
        x.dispose();
      }
    });
  }

  /** Runs a job with the file's own weights, whatever is knocked out, and puts the change back after. */
  async runIntact<T>(job: () => Promise<T>): Promise<T> {
    const { opened } = this;
    if (!opened) throw new Error('Open weights first.');
    const { tf } = await this.start();
    return this.jobs.run(async () => {
      const { network, file } = opened;
      const { applied } = this;
      applyChange(tf, network, file.weights, NO_CHANGE, applied);
      try {
        return await job();
      } finally {
        applyChange(tf, network, file.weights, applied, NO_CHANGE);
      }
    });
  }

  /** Runs a step the reader waits for: progress while it runs, one clear line when it fails. */
  async attempt(text: string, step: () => Promise<void>): Promise<void> {
    this.problem = null;
    this.progress = { text, share: null };
    this.running++;
    try {
      await step();
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    } finally {
      if (--this.running === 0) this.progress = null;
    }
  }

  private async openWeights(files: readonly File[], address: string | null = null): Promise<void> {
    this.cancel?.();
    const opening = this.openings;
    const stop = new AbortController();
    this.cancel = () => stop.abort();
    try {
      const read = await readAsking(files, {
        signal: stop.signal,
        onProgress: (share) => {
          this.progress = { text: 'Reading the weights', share };
        },
      });
      if (!read) return;
      const file = asRgb(read.file);
      checkOpened(file);
      this.withoutImages = false;
      await this.useNetwork({
        name: files.map(({ name }) => name).join(', '),
        bytes: files.reduce((sum, { size }) => sum + size, 0),
        address,
        file,
        notes: read.notes,
        silent: null,
      });
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    } finally {
      if (this.openings === opening) this.cancel = null;
    }
  }

  /** Builds a network and shows it in place of the one before. */
  private async useNetwork(opened: Omit<Opened, 'network'>): Promise<void> {
    this.progress = { text: 'Starting the backend', share: null };
    const { tf } = await this.start();
    this.progress = { text: 'Building the network', share: null };
    this.cancel = null;
    await nextFrame();
    await this.jobs.run(async () => {
      const network = buildNetwork(tf, opened.file.spec);
      try {
        network.setWeights(opened.file.weights);
      } catch (error) {
        network.dispose();
        throw error;
      }
      this.opened?.network.dispose();
      this.opened = { ...opened, network };
      this.applied = NO_CHANGE;
    });
    this.change = NO_CHANGE;
    this.answer = null;
    this.intactAnswer = null;
    this.version++;
    await this.predict();
  }
}

export const viewer = new Viewer();
