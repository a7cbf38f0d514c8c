/**
 * Lets waiting events come first: signals, timers, requests to the live page. Batches made ahead and results
 * that are there at once are promises already kept, which go on within one turn: Node hands out up to a
 * thousand messages of a worker in it.
 */
export function turnEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve);
  });
}
