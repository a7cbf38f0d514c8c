import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers one address; false when there is nothing (yet) to answer with. */
export type Route = (
  request: IncomingMessage,
  response: ServerResponse,
) => boolean | Promise<boolean>;

export function send(response: ServerResponse, type: string, body: string | Uint8Array): true {
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
  return true;
}

export function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${reason}\n`);
}
