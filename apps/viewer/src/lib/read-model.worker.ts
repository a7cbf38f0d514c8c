import { readModel } from '@alexnet/convert';
import { validateSpec } from '@alexnet/model';

/** Parsing a quarter of a gigabyte would freeze the page, so it happens here. */
addEventListener('message', (event: MessageEvent<ArrayBuffer>) => {
  try {
    const file = readModel(new Uint8Array(event.data), { validateSpec });
    const buffers = new Set<ArrayBuffer>();
    for (const { data } of file.weights.values()) buffers.add(data.buffer as ArrayBuffer);
    postMessage({ file }, { transfer: [...buffers] });
  } catch (error) {
    postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
});
