import { type CollectedImage, collectImages } from '../lib/collection/collect-images.js';
import { type LookAtAll, lookInWorker } from '../lib/collection/look-in-worker.js';
import { weightedLayers } from '../lib/collection/scanned-layers.js';
import { TopImages } from '../lib/collection/top-images.js';
import type { Session } from './session.js';
import type { Opened } from './session-state.js';
import { Store } from './store.js';

/** What a network made of a collection, as far as it has been looked through. */
export interface Scan {
  readonly opened: Opened;
  /** Images done, those that could not be decoded among them. */
  readonly done: number;
  /** Names of images that could not be decoded. */
  readonly broken: readonly string[];
  /** By layer. */
  readonly top: ReadonlyMap<string, TopImages>;
  /** Of the last hidden layer, by index of the image; the same map grows while images go by. */
  readonly features: ReadonlyMap<number, Float32Array>;
}

export interface CollectionState {
  readonly images: readonly CollectedImage[];
  /** As many there are, of which `images` has the first. */
  readonly found: number;
  readonly scan: Scan | null;
  readonly running: boolean;
}

/** Images of the reader's own, looked through with the open network; they stay in memory. */
export class Collection extends Store<CollectionState> {
  private readonly session: Session;
  private readonly lookAtAll: LookAtAll;
  private running: AbortController | null = null;

  constructor(session: Session, lookAtAll = lookInWorker) {
    super({ images: [], found: 0, scan: null, running: false });
    this.session = session;
    this.lookAtAll = lookAtAll;
  }

  /** Opens a folder's files or an archive in place of the images before, and looks through them. */
  async open(files: readonly File[]): Promise<void> {
    const opened = await this.session.attempt('Looking for images', async () => {
      this.stop();
      this.set({ ...(await collectImages(files)), scan: null });
    });
    if (opened) await this.run();
  }

  /** Ends a scan; what it has found so far stays. */
  stop(): void {
    this.running?.abort();
    this.running = null;
    this.set({ running: false });
  }

  /** Looks through all images with the network that is open now. */
  async run(): Promise<void> {
    const { opened } = this.session.state;
    if (!opened?.model.preprocessing) return;
    this.stop();
    const running = new AbortController();
    this.running = running;
    const { images } = this.state;
    const { model } = opened;
    const top = new Map(weightedLayers(model.spec).map((layer) => [layer, new TopImages()]));
    const features = new Map<number, Float32Array>();
    const broken: string[] = [];
    let done = 0;
    this.set({ running: true, scan: { opened, done, broken, top, features } });
    try {
      const { name: backend } = await this.session.start();
      const blobs = images.map(({ blob }) => blob);
      await this.lookAtAll(
        { model, backend, images: blobs },
        (look) => {
          if (running.signal.aborted) return;
          if (!look) broken.push(images[done]?.name ?? '');
          for (const [layer, peaks] of look?.peaks ?? []) top.get(layer)?.add(done, peaks);
          if (look?.features) features.set(done, look.features);
          done++;
          this.set({ scan: { opened, done, broken, top, features } });
        },
        running.signal,
      );
    } catch (error) {
      if (!running.signal.aborted) this.session.complain(error);
    }
    if (this.running === running) this.stop();
  }
}
