import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readModel } from '@alexnet/convert';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alexnet, type Running, startAlexnet } from './alexnet.js';
import { TINY_RUN, writeClassFolders } from './class-folders.js';

const TOKEN = 'correct-horse';

let folder: string;
let data: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alexnet-live-'));
  data = join(folder, 'images');
  await writeClassFolders(data, { train: 16, val: 4 });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A run long enough to be looked at; a checkpoint after every update. */
async function startServed(name: string, ...serve: readonly string[]) {
  const running = startAlexnet(
    'train',
    `--data=${data}`,
    `--out=${join(folder, name)}`,
    '--epochs=500',
    '--checkpoint-every=0.001s',
    ...TINY_RUN,
    '--serve=0',
    ...serve,
  );
  let stderr = '';
  running.process.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  await running.said(/live page: \S+\s[\s\S]*epoch +2\//);
  const page = /live page: (\S+)/.exec(stderr)?.[1];
  if (page === undefined) throw new Error(`no address: ${stderr}`);
  return { running, page: new URL(page) };
}

async function interrupt(running: Running) {
  running.process.kill('SIGINT');
  expect(await running.ended).toMatchObject({ code: 130 });
}

/** Status of a request that says it is for `host`. */
function statusFor(url: URL, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { host }, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}

/** Server-sent events as they come, until the server ends them. */
async function* events(response: Response): AsyncGenerator<{ event: string; data: string }> {
  let text = '';
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    text += decoder.decode(read.value, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(text.slice(0, end)) ?? [];
      if (event !== undefined && data !== undefined) yield { event, data };
      text = text.slice(end + 2);
    }
  }
}

test('a run is followed by events, metrics, kernels and weights, and the server ends with it', async () => {
  const { running, page } = await startServed('seen');
  const at = (path: string) => new URL(path, page);
  expect(page.hostname).toBe('127.0.0.1');

  const stream = events(await fetch(at('/events')));
  const seen: Record<string, string> = {};
  for await (const { event, data: text } of stream) {
    seen[event] ??= text;
    if (seen.step && seen.epoch && seen.figures) break;
  }
  expect(JSON.parse(seen.step ?? '')).toMatchObject({ kind: 'step', loss: expect.any(Number) });
  expect(seen.figures).toContain('<svg');

  const latecomer: string[] = [];
  for await (const { event } of events(await fetch(at('/events')))) {
    if (latecomer.push(event) === 3) break;
  }
  expect(latecomer).toEqual(['epoch', 'step', 'figures']);

  const html = await fetch(at('/'));
  expect(html.headers.get('content-security-policy')).toMatch(/default-src 'none'.*'sha256-/);
  expect((await html.text()).match(/https?:\/\/(?!www\.w3\.org\/)/g)).toBeNull();
  const [first = ''] = (await (await fetch(at('/metrics.jsonl'))).text()).split('\n');
  expect(JSON.parse(first)).toMatchObject({ kind: 'step', step: 1 });
  const png = new Uint8Array(await (await fetch(at('/filters.png'))).arrayBuffer());
  expect([...png.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);

  const weights = await fetch(at('/weights.safetensors'));
  const model = readModel(new Uint8Array(await weights.arrayBuffer()));
  expect(model.classNames).toEqual(['amber', 'moss', 'slate']);
  expect(model.preprocessing?.resize.shorterSide).toBe(36);
  expect(model.provenance?.steps).toBeGreaterThan(0);

  const index = await (await fetch(at('/index.json'))).json();
  expect(index).toMatchObject({ weights: true, metrics: true });
  expect((await fetch(at(`/filters/${index.filters[0]}`))).status).toBe(200);

  for (const path of ['/run.json', '/filters/..%2frun.json', '/viewer/..%2f..%2fpackage.json']) {
    expect((await fetch(at(path))).status, path).toBe(404);
  }
  expect(await statusFor(page, `localhost:${page.port}`)).toBe(200);
  expect(await statusFor(page, 'rebound.example')).toBe(403);
  expect((await fetch(page, { method: 'POST' })).status).toBe(405);

  const last = (async () => {
    let name = '';
    for await (const { event } of events(await fetch(at('/events')))) name = event;
    return name;
  })();
  await fetch(at('/index.json'));
  await interrupt(running);
  expect(await last).toBe('end');
  await expect(fetch(page)).rejects.toThrow();
});

test('with a token only who has it may look, and run.json does not tell it', async () => {
  const { running, page } = await startServed(
    'guarded',
    '--serve-host=127.0.0.1',
    `--serve-token=${TOKEN}`,
  );
  expect(page.searchParams.get('token')).toBe(TOKEN);
  const metrics = new URL('/metrics.jsonl', page);
  const status = async (url: URL | string, headers = {}) =>
    (await fetch(url, { headers, redirect: 'manual' })).status;
  expect(await status(metrics)).toBe(401);
  expect(await status(`${metrics}?token=wrong-horse-`)).toBe(401);
  expect(await status(`${metrics}?token=${TOKEN}`)).toBe(200);
  expect(await status(metrics, { authorization: `Bearer ${TOKEN}` })).toBe(200);

  const entered = await fetch(page, { redirect: 'manual' });
  expect([entered.status, entered.headers.get('location')]).toEqual([303, '/']);
  const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
  expect(cookie).not.toContain(TOKEN);
  expect(await status(metrics, { cookie })).toBe(200);
  expect(await status(metrics, { cookie: `${cookie.slice(0, -1)}x` })).toBe(401);

  await interrupt(running);
  const record = JSON.parse(await readFile(join(folder, 'guarded', 'run.json'), 'utf8'));
  expect(record.command).toContain('--serve-token=…');
  expect(JSON.stringify(record)).not.toContain(TOKEN);
});

test('a port that is taken is one line and leaves no run behind', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const taken = other.address();
  const port = typeof taken === 'object' ? taken?.port : null;
  const out = join(folder, 'refused');
  const ended = await alexnet('train', `--data=${data}`, `--out=${out}`, `--serve=${port}`);
  other.close();
  expect(ended).toMatchObject({
    code: 1,
    stderr: `alexnet: --serve: port ${port} is taken: choose another, or --serve 0 for a free one\n`,
  });
  await expect(stat(out)).rejects.toThrow();
});

test('a reader that has seen enough is no failure', async () => {
  const { process: child, ended } = startAlexnet('summary', 'alexnet');
  child.stdout?.destroy();
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
});
