import { ClassifierError } from '../classifier-error.js';

/** What a download tells and obeys. */
export interface FetchBlobOptions {
  readonly signal?: AbortSignal;
  /** How the browser's own cache is asked; `no-cache` asks the server whether the file has changed. */
  readonly cache?: RequestCache;
  /** Bytes so far, and in all; 0 where the server has not said. */
  readonly onProgress?: (bytes: number, total: number) => void;
}

/**
 * The file at an address: one of the page's own server, or of another that allows it (CORS).
 *
 * @throws {ClassifierError} `download`, in one line: no answer, a status that is no success, a web page
 * in place of a file, fewer bytes than announced
 */
export async function fetchBlob(
  address: string | URL,
  { signal, cache, onProgress }: FetchBlobOptions = {},
): Promise<Blob> {
  const request = { ...(signal && { signal }), ...(cache && { cache }) };
  const response = await fetch(address, request).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new ClassifierError(
      'download',
      `${address} could not be fetched: no connection, or its server does not allow other pages to read it (CORS)`,
      { cause },
    );
  });
  if (!response.ok || !response.body) {
    throw new ClassifierError('download', `${address}: the server answered ${response.status}`);
  }
  if (response.headers.get('content-type')?.startsWith('text/html')) {
    throw new ClassifierError('download', `${address} is a web page, not a file of weights`);
  }
  // The length is of what was sent, which an encoding makes another number.
  const encoded = response.headers.has('content-encoding');
  const total = encoded ? 0 : Number(response.headers.get('content-length')) || 0;
  const parts: BlobPart[] = [];
  let received = 0;
  const reader = response.body.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    parts.push(step.value);
    received += step.value.length;
    onProgress?.(received, total);
  }
  if (total > 0 && received !== total) {
    throw new ClassifierError(
      'download',
      `${address}: the connection ended at byte ${received} of ${total}`,
    );
  }
  return new Blob(parts);
}
