import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What the server does with one request. */
export type Reply = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on this machine that answers request after request with the next reply, then the last. */
export async function startServer(...replies: Reply[]) {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    reply?.(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const stop = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  onTestFinished(stop);
  const { port } = server.address() as AddressInfo;
  /** `ranges`: what each request asked for. */
  return { url: `http://127.0.0.1:${port}`, ranges, stop };
}

/** Sends the file, or the part of it that is asked for, as an ordinary server does. */
export function sendFile(content: Uint8Array): Reply {
  return (request, response) => {
    const start = startOf(request);
    if (start === 0) response.writeHead(200, { 'content-length': content.length });
    else {
      response.writeHead(206, {
        'content-length': content.length - start,
        'content-range': `bytes ${start}-${content.length - 1}/${content.length}`,
      });
    }
    response.end(content.subarray(start));
  };
}

/** The same, but the connection breaks after `bytes` more bytes. */
export function breakAfter(content: Uint8Array, bytes: number): Reply {
  return (request, response) => {
    const start = startOf(request);
    const status = start === 0 ? 200 : 206;
    response.writeHead(status, {
      'content-length': content.length - start,
      ...(start > 0 && {
        'content-range': `bytes ${start}-${content.length - 1}/${content.length}`,
      }),
    });
    response.write(content.subarray(start, start + bytes), () => response.destroy());
  };
}

function startOf(request: IncomingMessage): number {
  return Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
}
