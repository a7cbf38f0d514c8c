import type { RgbImage } from '@alexnet/augment';
import type { Selection } from '@alexnet/backend';
import {
  type Classifier,
  createClassifier,
  findPublished,
  type PublishedWeights,
  type SmallerDtype,
} from '@alexnet/classifier';
import type { Model } from '@alexnet/convert';
import type { Network, Preprocessing, Tf } from '@alexnet/model';
import { type Cover, covered } from '../lib/images/cover.js';
import { toGray } from '../lib/images/image-pixels.js';
import type { LayerMaps } from '../lib/maps/activation-images.js';
import { type Answer, answerOf } from '../lib/network/answer.js';
import {
  applyChange,
  type Change,
  isIntact,
  NO_CHANGE,
  type WeightChange,
} from '../lib/network/change.js';
import { asRgb } from '../lib/weights/as-rgb.js';
import { checkOpened } from '../lib/weights/check-opened.js';
import type { Host } from './host.js';
import { Jobs } from './jobs.js';
import { INITIAL_STATE, type Opened, type SessionState, type Subject } from './session-state.js';
import { Store } from './store.js';

/** As many as the strip of own images shows. */
const MOST_OWN_IMAGES = 24;

type Tensor4D = import('@tensorflow/tfjs-core').Tensor4D;

/** A newer request overtook this one: its result is not wanted any more, and nothing went wrong. */
export class Outdated extends Error {
  override readonly name = 'Outdated';
}

/** A network that has been read and not yet built. */
type Unbuilt = Omit<Opened, keyof Classifier<RgbImage>> & { readonly model: Model };

/** Files being read: where they are from, and for which request. */
/** `torchvision.int8`: published weights with fewer digits. */
const SMALLER = /^(.+)\.(f16|int8)$/;

interface Reading {
  readonly address: string | null;
  readonly request: number;
  readonly signal: AbortSignal;
  readonly published?: PublishedWeights;
}

/** What a job on the network is given. */
export interface JobTools {
  readonly tf: Tf;
  readonly network: Network;
  readonly selection: Selection;
}

/** The network, the image and the answer of the page, without the page. */
export class Session extends Store<SessionState> {
  private readonly jobs = new Jobs();
  /** What the variables of each network hold now. */
  private readonly held = new WeakMap<Network, WeightChange>();
  private starting: Promise<Selection> | null = null;
  private weightsRequest = 0;
  private imageRequest = 0;
  private question = 0;
  private running = 0;

  private readonly host: Host;

  constructor(host: Host) {
    super(INITIAL_STATE);
    this.host = host;
  }

  /** Starts the backend once; everything else waits for it. */
  start(): Promise<Selection> {
    this.starting ??= this.prepare(this.host.backend);
    return this.starting;
  }

  private async prepare(wanted: string | null): Promise<Selection> {
    const selection = await this.host.openBackend(wanted);
    this.set({ selection });
    this.host.whenLost(selection, (reason) => this.recover(reason));
    return selection;
  }

  /** Goes on without the graphics device: the file's weights are still in memory. */
  private async recover(reason: string): Promise<void> {
    this.starting = this.prepare('wasm');
    await this.attempt('Starting again without the graphics device', async () => {
      const { tf, name } = await this.start();
      const { opened } = this.state;
      if (opened) {
        this.show({ opened: { ...opened, ...classifierOf(tf, opened.model) } });
        await this.predict();
      }
      this.set({
        notice: `The graphics device was lost (${reason}). The page goes on with ${name}.`,
      });
    });
  }

  /** Fetches and opens weights by their published name, or a file of this page's own site. True when they are on the page. */
  async openWeightsUrl(address: string): Promise<boolean> {
    const [, name = address, dtype] = SMALLER.exec(address) ?? [];
    const published = findPublished(name);
    if (published) return this.openPublished(published, dtype as SmallerDtype | undefined);
    const request = ++this.weightsRequest;
    return this.attempt('Fetching the weights', async () => {
      await this.cancellable(async (signal) => {
        const onShare = (share: number | null) => {
          this.set({ progress: { text: 'Fetching the weights', share } });
        };
        const blob = await this.host.fetchFile(address, onShare, signal);
        if (request !== this.weightsRequest) throw new Outdated();
        const name = address.split(/[/?#]/).filter(Boolean).slice(-2).join('/');
        await this.read([new File([blob], name)], { address, request, signal });
      });
    });
  }

  /** Fetches and opens published weights; their name, with a type of fewer digits behind it, is what a link keeps. */
  private openPublished(published: PublishedWeights, dtype?: SmallerDtype): Promise<boolean> {
    const request = ++this.weightsRequest;
    const address = dtype ? `${published.name}.${dtype}` : published.name;
    const text = `Fetching ${published.title}${dtype ? `, ${dtype}` : ''}`;
    return this.attempt(text, () =>
      this.cancellable(async (signal) => {
        const onShare = (share: number | null) => this.set({ progress: { text, share } });
        const files = await this.host.fetchPublished(published, { dtype, onShare, signal });
        if (request !== this.weightsRequest) throw new Outdated();
        await this.read(files, { address, request, signal, published });
      }),
    );
  }

  /** Opens the files of one network. True when it is on the page. */
  async openWeights(files: readonly File[]): Promise<boolean> {
    const request = ++this.weightsRequest;
    return this.attempt('Reading the weights', () =>
      this.cancellable((signal) => this.read(files, { address: null, request, signal })),
    );
  }

  /** Opens a network that is no file of its own: what `read` makes of others. */
  async openModel(
    text: string,
    { name, address }: Pick<Opened, 'name' | 'address'>,
    read: () => Promise<{ readonly model: Model; readonly bytes: number }>,
  ): Promise<boolean> {
    const request = ++this.weightsRequest;
    return this.attempt(text, async () => {
      const { model: file, bytes } = await read();
      if (request !== this.weightsRequest) throw new Outdated();
      const opened = { name, bytes, address, model: asRgb(file), file, notes: [] };
      await this.useNetwork(opened, request);
    });
  }

  /** Takes the network off the page; the image stays. */
  closeWeights(): void {
    this.weightsRequest++;
    this.question++;
    this.state.cancel?.();
    const { opened } = this.state;
    this.jobs.run(async () => opened?.dispose());
    this.show({ opened: null, change: NO_CHANGE });
    this.set({ answered: null, answering: false, problem: null });
  }

  /** Fetches and shows an image of this page's own site. True when it is on the page. */
  async openImageUrl(
    address: string,
    name = address.split('/').at(-1) ?? address,
  ): Promise<boolean> {
    const request = ++this.imageRequest;
    return this.attempt('Fetching the image', async () => {
      const blob = await this.host.fetchFile(address, () => undefined);
      await this.decode(blob, name, address, request);
    });
  }

  /** Shows an image file of the reader's own. True when it is on the page. */
  async openImage(file: File): Promise<boolean> {
    const request = ++this.imageRequest;
    return this.attempt('Decoding the image', async () => {
      await this.decode(file, file.name, null, request);
    });
  }

  /** Keeps images of the reader's own to choose from, the newest first. */
  keepImages(files: readonly File[]): void {
    const rest = this.state.ownImages.filter((file) => !files.includes(file));
    this.set({ ownImages: [...files, ...rest].slice(0, MOST_OWN_IMAGES) });
  }

  /** Shows pixels that are already there, a frame of a camera. */
  async showImage(original: RgbImage, name: string): Promise<void> {
    this.imageRequest++;
    this.show({ image: { original, name, address: null }, cover: null });
    await this.follow();
  }

  /** Lays a gray square over the image, or takes it off. */
  async setCover(cover: Cover | null): Promise<void> {
    this.show({ cover });
    await this.follow();
  }

  /** Waits until nothing is being computed. */
  settled(): Promise<void> {
    return this.jobs.idle();
  }

  private async decode(blob: Blob, name: string, address: string | null, request: number) {
    const original = await this.readImage(blob, name);
    // A slow image must not replace one asked for later.
    if (request !== this.imageRequest) throw new Outdated();
    this.show({ image: { original, name, address }, cover: null });
    await this.predict();
  }

  /** What cannot be decoded does not stay to be chosen. */
  private async readImage(blob: Blob, name: string): Promise<RgbImage> {
    try {
      if (blob.size === 0) throw new Error(`${name} is empty.`);
      return await this.host.decodeImage(blob);
    } catch (error) {
      this.set({ ownImages: this.state.ownImages.filter((file) => file !== blob) });
      throw error;
    }
  }

  async setTenCrop(tenCrop: boolean): Promise<void> {
    this.set({ tenCrop });
    await this.attempt('Computing', () => this.predict());
  }

  /** Knocks something out, or puts it back. */
  async setChange(change: Change): Promise<void> {
    this.show({ change });
    await this.attempt('Computing', () => this.predict());
  }

  setWithoutImages(withoutImages: boolean): void {
    this.set({ withoutImages });
  }

  /** Prepares images as the reader says, for a file that does not; null takes that back. */
  async choosePreprocessing(preprocessing: Preprocessing | null): Promise<void> {
    const { opened } = this.state;
    if (!opened) return;
    const request = ++this.weightsRequest;
    const model = asRgb({ ...opened.file, preprocessing });
    await this.attempt('Computing', () => this.useNetwork({ ...opened, model }, request));
  }

  /**
   * Runs a job alone on the open network, its weights as `change` says. Nobody puts weights back:
   * every job says which ones it wants.
   *
   * @throws Outdated when another network was opened before the job could run
   */
  async withWeights<T>(change: WeightChange, job: (tools: JobTools) => Promise<T>): Promise<T> {
    const { opened } = this.state;
    if (!opened) throw new Error('Open weights first.');
    const selection = await this.start();
    return this.jobs.run(async () => {
      const { network, model } = opened;
      if (this.state.opened?.network !== network) throw new Outdated();
      const { tf } = selection;
      applyChange(tf, network, model.weights, change, this.held.get(network) ?? NO_CHANGE);
      this.held.set(network, change);
      return job({ tf, network, selection });
    });
  }

  /**
   * Runs a job on the prepared center crop [1, height, width, 3], weights as the page has them
   * unless `change` says otherwise.
   *
   * @throws Outdated when network, image or change are others by the end
   */
  async withInput<T>(
    job: (tools: JobTools & { readonly x: Tensor4D }) => Promise<T>,
    change?: WeightChange,
  ): Promise<T> {
    const { subject } = this.state;
    if (!subject) throw new Error('Open an image first.');
    const result = await this.withWeights(change ?? subject.change, async (tools) => {
      if (subject !== this.state.subject) throw new Outdated();
      const x = subject.opened.prepare(sourceOf(subject));
      try {
        return await job({ ...tools, x });
      } finally {
        x.dispose();
      }
    });
    if (subject !== this.state.subject) throw new Outdated();
    return result;
  }

  /** What the named layers make of the center crop, read back from the device. */
  maps(layers: readonly string[]): Promise<LayerMaps[]> {
    return this.withInput(async ({ network, x }) => {
      const found: LayerMaps[] = [];
      for (const [layer, tensor] of network.activations(x, layers)) {
        const data = (await tensor.data()) as Float32Array;
        const { shape } = tensor;
        tensor.dispose();
        const [height, width] = shape.length === 4 ? shape.slice(1, 3) : [1, 1];
        found.push({
          layer,
          height: height ?? 1,
          width: width ?? 1,
          channels: shape.at(-1) ?? 1,
          data,
        });
      }
      return found;
    });
  }

  /** Compares every layer with the reference; the outcome belongs to this network and backend. */
  async check(): Promise<void> {
    const { opened } = this.state;
    if (!opened) return;
    const selection = await this.start();
    const report = (outcome: NonNullable<SessionState['checked']>['outcome']) => {
      const current = this.state.opened === opened && this.state.selection === selection;
      if (current) this.set({ checked: { opened, selection, outcome } });
    };
    report({ kind: 'running' });
    try {
      const result = await this.host.verify(selection, opened, (job) =>
        this.withWeights(NO_CHANGE, job),
      );
      report({ kind: 'done', result });
    } catch (error) {
      report({ kind: 'failed', reason: messageOf(error) });
    }
  }

  /** Answers while the image moves: nothing on the page says that it computes. */
  private async follow(): Promise<void> {
    await this.predict(true).catch((error: unknown) => this.complain(error));
  }

  /** Answers for the image as it is now; nothing happens before both image and network are there. */
  async predict(quiet = false): Promise<void> {
    const { subject, tenCrop } = this.state;
    if (!subject?.opened.model.preprocessing) return;
    const question = ++this.question;
    const stale = () => question !== this.question;
    if (!quiet) this.set({ answering: true, progress: { text: 'Computing', share: null } });
    try {
      await this.host.nextFrame();
      const ask = (change: WeightChange, image: RgbImage) =>
        this.withWeights(change, () => {
          // A newer question is on its way; its answer is the one to show.
          if (stale()) throw new Outdated();
          return answerOf(subject.opened, image, tenCrop);
        });
      const answer = await ask(subject.change, sourceOf(subject));
      const intact = isWhole(subject)
        ? answer
        : (this.knownIntact(subject) ?? (await ask(NO_CHANGE, subject.image.original)));
      if (stale()) throw new Outdated();
      this.set({ answered: { subject, answer, intact } });
    } finally {
      if (!stale()) this.set({ answering: false });
    }
  }

  /** The answer of the network as its file has it to the whole image, where it has been given. */
  private knownIntact(subject: Subject): Answer | null {
    const { answered, tenCrop } = this.state;
    const same =
      answered?.subject.opened === subject.opened && answered.subject.image === subject.image;
    return same && (answered.intact.crops !== null) === tenCrop ? answered.intact : null;
  }

  /** Runs a step the reader waits for: progress while it runs, one clear line when it fails. */
  async attempt(text: string, step: () => Promise<void>): Promise<boolean> {
    this.running++;
    this.set({ problem: null, notice: null, progress: { text, share: null } });
    try {
      await step();
      return true;
    } catch (error) {
      if (!(error instanceof Outdated)) this.set({ problem: messageOf(error) });
      return false;
    } finally {
      if (--this.running === 0) this.set({ progress: null });
    }
  }

  report(share: number, text: string): void {
    this.set({ progress: { text, share } });
  }

  say(notice: string): void {
    this.set({ notice });
  }

  complain(error: unknown): void {
    if (!(error instanceof Outdated)) this.set({ problem: messageOf(error) });
  }

  /** Closes the message on the page. */
  dismiss(): void {
    this.set({ problem: null, notice: null });
  }

  /** Runs a step that the reader, or the next file, may stop. */
  private async cancellable(step: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.state.cancel?.();
    const stop = new AbortController();
    const cancel = () => stop.abort();
    this.set({ cancel });
    try {
      await step(stop.signal);
    } catch (error) {
      throw stop.signal.aborted ? new Outdated() : error;
    } finally {
      if (this.state.cancel === cancel) this.set({ cancel: null });
    }
  }

  private async read(
    files: readonly File[],
    { address, request, signal, published }: Reading,
  ): Promise<void> {
    const onProgress = (share: number) => this.report(share, 'Reading the weights');
    const description = published && { description: { preset: published.preset } };
    const read = await this.host.readWeights(files, { signal, onProgress, ...description });
    if (!read) throw new Outdated();
    const found = published ? await this.host.completePublished(read.model, published) : read.model;
    if (request !== this.weightsRequest) throw new Outdated();
    const model = asRgb(found);
    checkOpened(model);
    const name = files.map((one) => one.name).join(', ');
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    const opened = { name, bytes, address, model, file: found, notes: read.notes };
    await this.useNetwork(opened, request);
  }

  /** Builds a network and shows it in place of the one before. */
  private async useNetwork(opened: Unbuilt, request: number): Promise<void> {
    this.set({ progress: { text: 'Starting the backend', share: null } });
    const { tf } = await this.start();
    this.set({ progress: { text: 'Building the network', share: null }, cancel: null });
    await this.host.nextFrame();
    await this.jobs.run(async () => {
      if (request !== this.weightsRequest) throw new Outdated();
      const classifier = classifierOf(tf, opened.model);
      this.state.opened?.dispose();
      this.set({ withoutImages: false });
      this.show({ opened: { ...opened, ...classifier }, change: NO_CHANGE });
    });
    await this.predict();
  }

  /** Puts another network, image or change on the page. */
  private show(patch: Partial<Pick<SessionState, 'opened' | 'image' | 'change' | 'cover'>>): void {
    const { opened, image, change, cover } = { ...this.state, ...patch };
    const subject: Subject | null = opened && image ? { opened, image, change, cover } : null;
    this.set({ ...patch, subject });
  }
}

/** The image as the network meets it: gray, or covered in part, where the reader asked for that. */
export function sourceOf({
  image,
  change,
  cover,
}: Pick<Subject, 'image' | 'change' | 'cover'>): RgbImage {
  const pixels = change.gray ? toGray(image.original) : image.original;
  return cover ? covered(pixels, cover) : pixels;
}

/** Whether nothing is taken away from the network or the image. */
export function isWhole({ change, cover }: Pick<Subject, 'change' | 'cover'>): boolean {
  return isIntact(change) && cover === null;
}

/** Images are pixels by the time they are asked about. */
const classifierOf = (tf: Tf, model: Model) =>
  createClassifier(tf, model, async (image: RgbImage) => image);

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
