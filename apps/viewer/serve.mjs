#!/usr/bin/env node
import { readdir, readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cacheDirectory } from '@alexnet/files/node';
import sirv from 'sirv';

const USAGE = `Usage: pnpm viewer [RUN | weights.safetensors] [--port N]

Serves the viewer on 127.0.0.1 and opens it on a run's weights. Without a run, drop a file on the page.`;

/** Ends with one clear line. Exit codes: 1 failed, 2 wrong usage. */
function fail(message, code) {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { port: { type: 'string', default: '4173' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) {
      process.stdout.write(`${USAGE}\n`);
      process.exit(0);
    }
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      fail(`--port ${values.port} is not a port; give a number from 0 to 65535.`, 2);
    }
    if (positionals.length > 1)
      fail(`One run at a time, not ${positionals.length}.\n\n${USAGE}`, 2);
    return { port, run: positionals[0] };
  } catch (error) {
    return fail(`${error.message}\n\n${USAGE}`, 2);
  }
}

/** The folder to serve as /run/ and the weights inside it. */
async function findRun(given) {
  // pnpm changes the folder; the person's own is in INIT_CWD.
  const path = resolve(process.env.INIT_CWD ?? process.cwd(), given);
  const found = await stat(path).catch(() => fail(`${given}: no such file or folder.`, 1));
  if (found.isFile()) return { folder: dirname(path), weights: basename(path) };
  const { weights, metrics } = await contents(path);
  if (!weights && !metrics) {
    fail(`${given} holds no run; "alexnet train --out ${given}" makes one.`, 1);
  }
  return { folder: path, weights: weights ? 'weights.safetensors' : null };
}

/** What of a run the page can show. A run in training has metrics and filters but no weights yet. */
async function contents(folder) {
  const names = (path) => readdir(path).catch(() => []);
  const own = await names(folder);
  const filters = (await names(resolve(folder, 'filters'))).filter((name) =>
    /^step-\d+\.png$/.test(name),
  );
  const checkpoints = (await names(resolve(folder, 'checkpoints'))).filter((name) =>
    /^step-\d+(-top1-[\d.]+)?\.safetensors$/.test(name),
  );
  return {
    weights: own.includes('weights.safetensors'),
    metrics: own.includes('metrics.jsonl'),
    filters: filters.sort(),
    checkpoints: checkpoints.sort(),
  };
}

const { port, run: given } = readArguments();
const dist = fileURLToPath(new URL('./dist', import.meta.url));
const html = await readFile(resolve(dist, 'index.html'), 'utf8').catch(() =>
  fail('The page is not built yet; run "pnpm build" first.', 1),
);
// A page's policy does not bind its workers, which are the ones that read files: theirs is a header.
const policy = /Content-Security-Policy"\s+content="([^"]+)"/.exec(html)?.[1];
const run = given === undefined ? null : await findRun(given);

// `dev` reads the disk at every request: a run's weights change while it trains.
const page = sirv(dist, { dev: true, setHeaders: secure });
/** Published weights that "alexnet weights get" has fetched; the page checks them. */
const weights = sirv(resolve(cacheDirectory(), 'weights'), { dev: true, setHeaders: secure });
/** Smaller files of them that are being made, by name. */
const making = new Map();

/** Half or a quarter of published weights, made once of the original in the cache. */
async function makeSmaller(name) {
  const [, source, dtype] = /^([\w-]+)\.(f16|int8)\.safetensors$/.exec(name) ?? [];
  if (!source) return;
  const { cachedWeights, findPublished, smallerWeights } = await import('@alexnet/classifier/node');
  const found = findPublished(source) && (await cachedWeights(source));
  if (found) await smallerWeights(found, dtype);
}

const files = run && sirv(run.folder, { dev: true, dotfiles: false, setHeaders: secure });

function secure(response) {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Cache-Control', 'no-cache');
  // Alone with its memory, a page may share it with threads: wasm then uses all cores.
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
  if (policy) response.setHeader('Content-Security-Policy', policy);
}

const server = createServer((request, response) => {
  const missing = () => {
    response.statusCode = 404;
    response.end('Not found');
  };
  // Other sites may resolve their name to 127.0.0.1; only this machine's own names are answered.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')) {
    response.statusCode = 403;
    return response.end('This server answers to 127.0.0.1 only.');
  }
  if (run && request.url === '/run/index.json') {
    secure(response);
    response.setHeader('Content-Type', 'application/json');
    return contents(run.folder).then((found) => response.end(JSON.stringify(found)));
  }
  if (files && request.url?.startsWith('/run/')) {
    request.url = request.url.slice('/run'.length);
    return files(request, response, missing);
  }
  if (request.url?.startsWith('/weights/')) {
    request.url = request.url.slice('/weights'.length);
    const name = request.url.slice(1);
    if (!making.has(name)) {
      making.set(
        name,
        makeSmaller(name).finally(() => making.delete(name)),
      );
    }
    const made = making
      .get(name)
      .catch((error) => process.stderr.write(`${name}: ${error.message}\n`));
    return made.then(() => weights(request, response, missing));
  }
  return page(request, response, missing);
});

let tries = 0;
server.on('error', (error) => {
  if (error.code !== 'EADDRINUSE' || ++tries > 20) fail(error.message, 1);
  server.listen(port + tries, '127.0.0.1');
});
server.on('listening', () => {
  const weights = run?.weights ? `weights=run/${encodeURIComponent(run.weights)}&` : '';
  const query = run ? `?${weights}run=run` : '';
  process.stdout.write(
    `AlexNet viewer: http://127.0.0.1:${server.address().port}/${query}  (Ctrl+C ends it)\n`,
  );
});
server.listen(port, '127.0.0.1');
