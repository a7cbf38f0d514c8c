import { type CollectedImage, collectImages } from '../lib/collection/collect-images.js';
import { featureLayer, weightedLayers } from '../lib/collection/scanned-layers.js';
import { TopImages } from '../lib/collection/top-images.js';
import { NO_CHANGE } from '../lib/network/change.js';
import type { Host } from './host.js';
import { Outdated, type Session } from './session.js';
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
  readonly scan: Scan | null;
  readonly running: boolean;
}

/** Images of the reader's own, looked through with the open network; they stay in memory. */
export class Collection extends Store<CollectionState> {
  private readonly session: Session;
  private readonly host: Pick<Host, 'decodeImage' | 'nextFrame'>;
  private request = 0;

  constructor(session: Session, host: Pick<Host, 'decodeImage' | 'nextFrame'>) {
    super({ images: [], scan: null, running: false });
    this.session = session;
    this.host = host;
  }

  /** Opens a folder's files or an archive in place of the images before, and looks through them. */
  async open(files: readonly File[]): Promise<void> {
    const opened = await this.session.attempt('Looking for images', async () => {
      this.stop();
      this.set({ images: await collectImages(files), scan: null });
    });
    if (opened) await this.run();
  }

  /** Ends a scan; what it has found so far stays. */
  stop(): void {
    this.request++;
    this.set({ running: false });
  }

  /** Looks through all images with the network that is open now. */
  async run(): Promise<void> {
    const { opened } = this.session.state;
    if (!opened?.model.preprocessing) return;
    const request = ++this.request;
    const { images } = this.state;
    const { spec } = opened.model;
    const layers = weightedLayers(spec);
    const features = featureLayer(spec);
    const top = new Map(layers.map((layer) => [layer, new TopImages()]));
    const known = new Map<number, Float32Array>();
    const broken: string[] = [];
    const names = [...new Set(features === null ? layers : [...layers, features])];
    this.set({ running: true, scan: { opened, done: 0, broken, top, features: known } });
    for (const [index, { name, blob }] of images.entries()) {
      const pixels = await this.host.decodeImage(blob).catch(() => null);
      if (request !== this.request) return;
      if (!pixels) broken.push(name);
      else {
        try {
          const maps = await this.session.withWeights(NO_CHANGE, () => {
            if (this.session.state.opened !== opened) throw new Outdated();
            return opened.activations(pixels, names);
          });
          for (const [layer, best] of top) {
            const found = maps.get(layer);
            if (found) best.add(index, found);
          }
          const vector = features === null ? undefined : maps.get(features)?.data;
          if (vector) known.set(index, vector);
        } catch (error) {
          if (request === this.request) this.stop();
          this.session.complain(error);
          return;
        }
      }
      if (request !== this.request) return;
      this.set({ scan: { opened, done: index + 1, broken, top, features: known } });
      await this.host.nextFrame();
    }
    this.set({ running: false });
  }
}
