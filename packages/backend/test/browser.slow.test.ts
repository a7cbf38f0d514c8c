import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { build } from 'tsup';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const CHROMIUM = '/usr/bin/chromium';
const missing = existsSync(CHROMIUM) ? '' : `(skipped: no ${CHROMIUM})`;
const outDir = mkdtempSync(join(tmpdir(), 'alexnet-page-'));
const require = createRequire(import.meta.url);
const wasmDir = join(
  dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')),
  'dist',
);
const TYPES: Record<string, string> = { '.js': 'text/javascript', '.wasm': 'application/wasm' };

let server: Server;
let requested: string[] = [];

interface Report {
  readonly name: string;
  readonly device: string;
  readonly passedOver: readonly { readonly name: string; readonly reason: string }[];
  readonly check: { readonly passed: boolean };
  readonly error?: string;
}

describe.skipIf(missing !== '')(`selectBackend in a browser ${missing}`, () => {
  beforeAll(async () => {
    await build({
      entry: { page: join(import.meta.dirname, 'browser-page.ts') },
      config: false,
      format: 'esm',
      platform: 'browser',
      splitting: true,
      noExternal: [/./],
      outDir,
      outExtension: () => ({ js: '.js' }),
      silent: true,
    });
    server = createServer((request, response) => {
      const url = request.url ?? '/';
      requested.push(url);
      // Both headers make the page cross-origin isolated, so that wasm may use threads.
      response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
      response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
      if (url === '/') {
        response.setHeader('Content-Type', 'text/html');
        response.end('<!doctype html><script type="module" src="/page.js"></script>');
        return;
      }
      const path = url.startsWith('/wasm/') ? join(wasmDir, url.slice(6)) : join(outDir, url);
      if (!existsSync(path)) {
        response.writeHead(404).end();
        return;
      }
      response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
      response.end(readFileSync(path));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterAll(() => {
    server.close();
    rmSync(outDir, { recursive: true, force: true });
  });

  it('takes wasm with reasons where there is no GPU, and loads no other backend', async () => {
    const report = await choose({}, []);
    expect(report.name).toBe('wasm');
    expect(report.check.passed).toBe(true);
    expect(report.passedOver.map(({ name }) => name)).toEqual(['webgpu', 'webgl']);
    for (const { reason } of report.passedOver)
      expect(reason).toMatch(/adapter|software|not available/);
    expect(loaded('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE')).toBe(false);
    expect(loaded('WEBGL_MAX_TEXTURE_SIZE')).toBe(false);
  });

  it('takes a software WebGPU adapter when asked, and it computes like cpu', async () => {
    const report = await choose({ require: 'webgpu' }, [
      '--enable-unsafe-webgpu',
      '--use-webgpu-adapter=swiftshader',
    ]);
    expect(report).toMatchObject({ name: 'webgpu', passedOver: [], check: { passed: true } });
    expect(report.device).toMatch(/swiftshader/i);
    expect(loaded('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE')).toBe(true);
  });

  it('keeps tiles of products, apart for each adapter', async () => {
    expect(await inPage([], () => window.keepTiles())).toEqual([null, 'of vendor', null]);
  });

  it('says that the memory of wasm is full', async () => {
    expect(await inPage([], () => window.fillMemory())).toMatch(/^the 4 GB of memory .* are full/);
  });

  it('says in one line why a required backend does not work', async () => {
    const { error } = await choose({ require: 'webgpu' }, []);
    expect(error).toMatch(/^the webgpu backend does not work here: /);
    expect((await choose({ require: 'webgpy' }, [])).error).toMatch('did you mean "webgpu"?');
  });
});

/** Whether the page fetched the chunk that names this tfjs flag. */
function loaded(flag: string): boolean {
  return requested
    .filter((url) => url.endsWith('.js'))
    .some((url) => readFileSync(join(outDir, url), 'utf8').includes(flag));
}

function choose(options: object, args: readonly string[]): Promise<Report> {
  return inPage(args, (asked) => window.choose(asked) as Promise<Report>, options);
}

async function inPage<Result>(
  args: readonly string[],
  work: (options: object) => Promise<Result>,
  options = {},
): Promise<Result> {
  const browser: Browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', ...args],
  });
  try {
    requested = [];
    const page = await browser.newPage();
    const address = server.address();
    await page.goto(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`);
    await page.waitForFunction(() => 'choose' in window);
    return (await page.evaluate(work as (options: object) => unknown, options)) as Result;
  } finally {
    await browser.close();
  }
}
