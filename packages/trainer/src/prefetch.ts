/**
 * Runs `load` for each item in order, always `depth` items ahead of the consumer, so that reading
 * images overlaps with computing. A failed load rejects when its turn comes.
 */
export async function* prefetch<Item, Loaded>(
  items: Iterable<Item>,
  load: (item: Item) => Promise<Loaded>,
  depth: number,
): AsyncGenerator<Loaded, void, undefined> {
  const pending: Promise<Loaded>[] = [];
  const source = items[Symbol.iterator]();
  const more = () => {
    const next = source.next();
    if (next.done) return;
    const loading = load(next.value);
    // A rejection is reported at its turn, not as an unhandled one before it.
    loading.catch(() => undefined);
    pending.push(loading);
  };
  for (let ahead = 0; ahead < depth; ahead++) more();
  for (let current = pending.shift(); current; current = pending.shift()) {
    more();
    yield await current;
  }
}
