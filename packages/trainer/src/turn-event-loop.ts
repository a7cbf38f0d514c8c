/**
 * Lets waiting events come first: signals, timers, requests to the live page. Batches made ahead and results
 * that are there at once are promises already kept, which go on within one turn: Node hands out up to a
 * thousand messages of a worker in it. Browsers slow timers of pages in the background, so there it is a message.
 */
export function turnEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
