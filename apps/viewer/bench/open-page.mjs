// Time and memory of opening a run in Chromium: node bench/open-page.mjs RUN [wasm|webgpu|cpu]
// Prints one JSON line and adds a row to bench/results/open-page.csv. The page must be built; CHROMIUM_PATH names another browser.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const [run, backend = 'wasm'] = process.argv.slice(2);
if (!run) {
  process.stderr.write('Usage: node bench/open-page.mjs RUN [wasm|webgpu|cpu]\n');
  process.exit(2);
}

const script = fileURLToPath(new URL('../serve.mjs', import.meta.url));
const server = spawn(process.execPath, [script, run, '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [line] = await once(server.stdout, 'data');
const address = /http:\S+/.exec(String(line))?.[0];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--enable-unsafe-webgpu',
    '--use-webgpu-adapter=swiftshader',
  ],
});
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(180_000);
  const started = performance.now();
  const since = () => Math.round(performance.now() - started);
  await page.goto(`${address}&backend=${backend}`);
  await page.locator('.facts h1').waitFor();
  const weightsMs = since();
  await page.locator('.answer[aria-busy="false"]').waitFor();
  const firstAnswerMs = since();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize } = await cdp.send('Runtime.getHeapUsage');
  const device = (await page.locator('.backend p').first().textContent())?.trim();
  const tensors = (await page.locator('footer .number').textContent())?.trim();
  const answers = [];
  for (let repeat = 0; repeat < 3; repeat++) {
    for (const name of ['Pizza', 'Airplane']) {
      const before = performance.now();
      await page.getByRole('button', { name, exact: true }).click();
      await page.locator('figcaption', { hasText: name }).first().waitFor();
      await page.locator('.answer[aria-busy="false"]').waitFor();
      answers.push(performance.now() - before);
    }
  }
  answers.sort((a, b) => a - b);
  const result = {
    backend,
    device,
    weightsMs,
    firstAnswerMs,
    nextImageMs: Math.round(answers[3] ?? 0),
    scriptMB: Math.round(usedSize / 1e6),
    buffersMB: Math.round((backingStorageSize ?? 0) / 1e6),
    tensors,
    browser: browser.version(),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  await record(result);
} finally {
  await browser.close();
  server.kill();
}

/** One more row, with what it takes to repeat it. */
async function record(result) {
  const tfjs = JSON.parse(
    await readFile(
      new URL('../node_modules/@tensorflow/tfjs-core/package.json', import.meta.url),
      'utf8',
    ),
  ).version;
  const [cpu] = cpus();
  const row = {
    ...result,
    tfjs,
    node: process.versions.node,
    machine: `${cpu?.model.trim()}, ${cpus().length} threads`,
    command: `node bench/open-page.mjs ${basename(run)} ${backend}`,
  };
  const results = new URL('./results/', import.meta.url);
  const file = new URL('open-page.csv', results);
  const line = (values) => `${values.map((value) => JSON.stringify(value ?? '')).join(',')}\n`;
  await mkdir(results, { recursive: true });
  const empty = await readFile(file, 'utf8').then(
    () => false,
    () => true,
  );
  await appendFile(file, (empty ? line(Object.keys(row)) : '') + line(Object.values(row)));
}
