/**
 * Applies `work` to items, at most `parallel` at a time, and yields results in the order of the items.
 * Work runs ahead of the consumer by no more than `parallel`.
 */
export async function* orderedMap<T, R>(
  items: readonly T[],
  parallel: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  try {
    for (const item of items) {
      running.push(work(item));
      if (running.length >= parallel) yield await (running.shift() as Promise<R>);
    }
    while (running.length > 0) yield await (running.shift() as Promise<R>);
  } finally {
    // A consumer that stops early must not leave rejections nobody looks at.
    await Promise.allSettled(running);
  }
}
