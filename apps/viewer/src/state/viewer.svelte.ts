import { centerCrop, resizeAs } from '@alexnet/augment';
import { covered } from '../lib/images/cover.js';
import { browserHost } from './host.js';
import { isWhole, Session, sourceOf } from './session.js';

export const session = new Session(browserHost());

/** The session's state as the page's components read it: each field changes alone. */
class Viewer {
  private state = $state.raw(session.state);

  readonly selection = $derived(this.state.selection);
  readonly opened = $derived(this.state.opened);
  readonly image = $derived(this.state.image);
  readonly ownImages = $derived(this.state.ownImages);
  readonly change = $derived(this.state.change);
  readonly cover = $derived(this.state.cover);
  readonly subject = $derived(this.state.subject);
  readonly tenCrop = $derived(this.state.tenCrop);
  readonly answering = $derived(this.state.answering);
  readonly withoutImages = $derived(this.state.withoutImages);
  readonly progress = $derived(this.state.progress);
  readonly cancel = $derived(this.state.cancel);
  readonly problem = $derived(this.state.problem);
  readonly notice = $derived(this.state.notice);

  /** Answers of the network on the page, none of the one before it. */
  private readonly answered = $derived(
    this.state.answered?.subject.opened.network === this.opened?.network
      ? this.state.answered
      : null,
  );
  readonly answer = $derived(this.answered?.answer ?? null);
  /** The answer of the intact network, kept while something is knocked out. */
  readonly intactAnswer = $derived(this.answered?.intact ?? null);
  /** Whether the answers are to what is on the page now, and not to what was there before. */
  readonly settled = $derived(this.answered?.subject === this.subject);
  /** How the comparison with the reference went for this very network on this very backend. */
  readonly checked = $derived.by(() => {
    const { checked, opened, selection } = this.state;
    return checked?.opened === opened && checked?.selection === selection ? checked : null;
  });

  readonly preprocessing = $derived(this.opened?.model.preprocessing ?? null);
  /** True while nothing is taken away from the network or the image. */
  readonly whole = $derived(isWhole(this));
  /** The image at its own resolution, gray where the reader asked for that. */
  readonly photo = $derived(
    this.image && sourceOf({ image: this.image, change: this.change, cover: null }),
  );
  /** The same with what the reader holds over it. */
  readonly source = $derived(
    this.photo && this.cover ? covered(this.photo, this.cover) : this.photo,
  );
  /** The image as the network's rule resizes it. */
  readonly resized = $derived(
    this.source && this.preprocessing ? resizeAs(this.source, this.preprocessing.resize) : null,
  );
  /** The center crop every panel but the ten crops works on. */
  readonly crop = $derived(
    this.resized && this.preprocessing ? centerCrop(this.resized, this.preprocessing.crop) : null,
  );

  constructor() {
    session.subscribe((state) => {
      this.state = state;
    });
  }

  className(index: number): string {
    return this.opened?.classNames[index] ?? `class ${index}`;
  }
}

export const viewer = new Viewer();
