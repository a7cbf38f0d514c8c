import { parentPort, workerData } from 'node:worker_threads';
import { oneLine } from '../failure.js';
import type { RunRecord } from '../run-folder.js';
import { type LiveAddress, openLiveServer } from './live-server.js';

/** What the thread that trains asks of this one. */
export type LiveOrder =
  | { readonly order: 'follow'; readonly folder: string; readonly record: RunRecord }
  | { readonly order: 'finish' }
  | { readonly order: 'close' };

/** What it hears once. */
export type LiveStart = { readonly port: number } | { readonly failure: string };

try {
  const server = await openLiveServer(workerData as LiveAddress);
  parentPort?.on('message', async (order: LiveOrder) => {
    if (order.order === 'follow') return server.follow(order.folder, order.record);
    if (order.order === 'finish') return server.finish();
    await server.close();
    parentPort?.close();
  });
  parentPort?.postMessage({ port: server.port } satisfies LiveStart);
} catch (error) {
  parentPort?.postMessage({ failure: oneLine(error) } satisfies LiveStart);
}
