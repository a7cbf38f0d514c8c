/** Called while bytes arrive; `share` is null when the server did not say how many there are. */
export type OnShare = (share: number | null) => void;

/**
 * Bytes of a file on the same origin.
 *
 * @throws the signal's reason, or an Error with one clear line when the address leads elsewhere or
 *   the server refuses
 */
export async function fetchBytes(
  address: string,
  onShare: OnShare,
  signal?: AbortSignal,
): Promise<ArrayBuffer> {
  const url = sameOrigin(address);
  let response: Response;
  try {
    response = await fetch(url, {
      credentials: 'same-origin',
      cache: 'no-cache',
      signal: signal ?? null,
    });
  } catch {
    signal?.throwIfAborted();
    throw new Error(`${url.pathname} could not be fetched. Is the server still running?`);
  }
  if (!response.ok || !response.body) {
    throw new Error(`${url.pathname}: the server answered ${response.status}. Check the address.`);
  }
  if (response.headers.get('content-type')?.startsWith('text/html')) {
    throw new Error(`${url.pathname} is a web page, not a file of weights. Check the address.`);
  }
  const total = Number(response.headers.get('content-length')) || null;
  const parts: Uint8Array[] = [];
  let received = 0;
  const reader = response.body.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    parts.push(step.value);
    received += step.value.length;
    onShare(total ? Math.min(1, received / total) : null);
  }
  const bytes = new Uint8Array(received);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes.buffer;
}

/** Links may name only files beside this page: a link from a stranger cannot make it call out. */
export function sameOrigin(address: string, base = location.href): URL {
  let url: URL;
  try {
    url = new URL(address, base);
  } catch {
    throw new Error(`"${address}" is not an address.`);
  }
  if (url.origin !== new URL(base).origin) {
    throw new Error(
      `${url.origin} is another site. This page opens only files from its own; download the file and drop it here.`,
    );
  }
  return url;
}
