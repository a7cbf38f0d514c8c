import { fetchBlob } from '@alexnet/classifier';
import type { Model } from '@alexnet/convert';
import { readRunFolder } from '../lib/page/run-folder.js';
import { sameOrigin } from '../lib/page/same-origin.js';
import { atCheckpoint, isCheckpoint } from '../lib/weights/checkpoint.js';
import { browserHost } from './host.js';
import { Session } from './session.js';
import type { Opened } from './session-state.js';
import { session, viewer } from './viewer.svelte.js';

/** One moment of a run's training: a checkpoint, or the weights at its end. */
export interface Moment {
  /** What it is called on the page. */
  readonly name: string;
  /** Updates done; null where the file's name does not say. */
  readonly step: number | null;
  /** Where it can be fetched; null for a file of the reader's own. */
  readonly address: string | null;
  readonly blob: () => Promise<Blob>;
}

/** Computes with the backend of the network above; both wait for each other's results anyway. */
const other = new Session({ ...browserHost(), openBackend: () => session.start() });

/** The network beside the one above, and the moments of a run to choose it from. */
class Second {
  private state = $state.raw(other.state);
  moments = $state.raw<readonly Moment[]>([]);
  /** Number of the moment that is open; null for a network from elsewhere. */
  moment = $state<number | null>(null);

  readonly opened = $derived(this.state.opened);
  readonly answer = $derived(
    this.state.answered?.subject.opened === this.opened ? this.state.answered?.answer : undefined,
  );
  readonly subject = $derived(this.state.subject);
  readonly progress = $derived(this.state.progress);
  readonly problem = $derived(this.state.problem);
  /** True once it was asked for: a network is open, or on its way. */
  readonly wanted = $derived(
    this.opened !== null || this.progress !== null || this.problem !== null,
  );

  constructor() {
    other.subscribe((state) => {
      this.state = state;
    });
  }

  get session(): Session {
    return other;
  }

  /** Forgets the moments of the network before, and finds those a run beside the page has kept. */
  async follow(folder: string | null): Promise<void> {
    this.moments = [];
    this.moment = null;
    if (folder === null) return;
    const { checkpoints } = await readRunFolder(folder);
    this.moments = checkpoints.map(({ address, step }) => momentAt(address, step));
  }

  /** Opens weights by address; a checkpoint of the run above is one of its moments. */
  async open(address: string): Promise<void> {
    const moment = this.moments.findIndex((one) => one.address === address);
    if (moment >= 0) return this.openMoment(moment);
    this.moment = null;
    await other.openWeightsUrl(address);
  }

  /** Opens files of the reader's own: checkpoints become moments to choose from, others a network. */
  async openFiles(files: readonly File[]): Promise<void> {
    const sorted = files.toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
    const kinds = await Promise.all(
      sorted.map(async (file) =>
        /\.safetensors$/.test(file.name)
          ? isCheckpoint(new Uint8Array(await file.arrayBuffer()))
          : false,
      ),
    ).catch((): boolean[] => []);
    if (kinds.length === 0 || kinds.includes(false)) {
      this.moment = null;
      await other.openWeights(files);
      return;
    }
    this.moments = sorted.map((file) => ({
      name: file.name,
      step: stepIn(file.name),
      address: null,
      blob: async () => file,
    }));
    await this.openMoment(this.moments.length - 1);
  }

  /** Opens one of the moments. */
  async openMoment(index: number): Promise<void> {
    const moment = this.moments[index];
    const { opened } = viewer;
    if (!moment || !opened) return;
    // A run prunes its checkpoints: until this one is there, the page shows what it showed.
    const isThere = await other.openModel('Opening the checkpoint', moment, () =>
      modelAt(opened, moment),
    );
    if (isThere) this.moment = index;
  }

  /** Takes it off the page. */
  close(): void {
    this.moment = null;
    other.closeWeights();
  }
}

/** The run's network as it was at a moment, reading what its file reads, prepared as on the page. */
export async function modelAt(
  { file, model: { preprocessing } }: Opened,
  moment: Moment,
): Promise<{ readonly model: Model; readonly bytes: number }> {
  const bytes = new Uint8Array(await (await moment.blob()).arrayBuffer());
  const model = atCheckpoint(file, moment.name, bytes);
  return {
    model: { ...model, preprocessing: file.preprocessing ?? preprocessing },
    bytes: bytes.length,
  };
}

/** The moment a checkpoint beside the page is. */
function momentAt(address: string, step: number): Moment {
  return {
    name: address.split('/').at(-1) ?? address,
    step,
    address,
    blob: () => fetchBlob(sameOrigin(address), { cache: 'no-cache' }),
  };
}

/** `step-00000320-top1-0.5710.safetensors` is step 320. */
function stepIn(name: string): number | null {
  const step = /^step-(\d{8})/.exec(name)?.[1];
  return step === undefined ? null : Number(step);
}

export const second = new Second();
