import { Collection } from './collection.js';
import { session, viewer } from './viewer.svelte.js';

export const collection = new Collection(session);

/** The reader's own collection as the page's components read it. */
class Gallery {
  private state = $state.raw(collection.state);

  readonly images = $derived(this.state.images);
  readonly found = $derived(this.state.found);
  readonly running = $derived(this.state.running);
  /** What the network on the page made of it, not another one before it. */
  readonly scan = $derived(
    this.state.scan?.opened.network === viewer.opened?.network ? this.state.scan : null,
  );

  constructor() {
    collection.subscribe((state) => {
      this.state = state;
    });
  }
}

export const gallery = new Gallery();
