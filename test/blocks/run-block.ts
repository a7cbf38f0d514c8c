import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transformSync } from 'esbuild';
import { buildPage, runPage } from '../browser-page.js';
import { standIn } from '../stand-in.js';
import { ROOT } from './link-package.mjs';
import type { PageFolder } from './page-folder.js';
import type { Block } from './parse-blocks.js';

/** What runs; every other language is shown only, or written where `file=` says. */
const COMMANDS = ['sh', 'ts', 'js'];
const LIMIT_MS = 180_000;
/** Share of the units of dense layers that a narrow network has: 64 of 4096. */
const NARROW = 1 / 64;
/** Logged between a block and the one it goes on from, whose output is not this one's. */
const SEAM = '<<this block>>';

/** Whether the block is code to run, not data to show. */
export function isCode({ language, file }: Block): boolean {
  return file === null && COMMANDS.includes(language);
}

/** The block's program: with what it continues, and with its replacements made. Throws where one fits nothing. */
export function programOf(block: Block, page: readonly Block[]): string {
  let own = block.code;
  for (const { from, to } of block.replacements) {
    if (!own.includes(from)) throw new Error(`there is no "${from}" to replace in the block`);
    own = own.replaceAll(from, to);
  }
  if (!block.continues) return own;
  const earlier = page
    .slice(0, page.indexOf(block))
    .reverse()
    .find(({ language, file }) => language === block.language && file === null);
  if (!earlier) throw new Error('there is no block of this language to continue');
  return `${programOf(earlier, page)}\nconsole.log('${SEAM}');\n${own}`;
}

/** Runs a block in its page's folder and returns what it printed to stdout; throws if it fails. */
export async function runBlock(
  block: Block,
  page: readonly Block[],
  folder: PageFolder,
): Promise<string> {
  for (const name of block.data) await standIn(join(folder.path, name));
  for (const name of block.narrowData) await standIn(join(folder.path, name), NARROW);
  for (const command of block.before) await execute('bash', ['-euc', command], folder, {});
  if (block.file !== null) {
    const path = join(folder.path, block.file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${programOf(block, page)}\n`);
    return '';
  }
  const program = programOf(block, page);
  if (block.language === 'sh')
    return execute('bash', ['-euo', 'pipefail', '-c', program], folder, block);
  const file = join(folder.path, `block-${block.line}.${block.language === 'ts' ? 'mts' : 'mjs'}`);
  writeFileSync(file, program);
  const printed = block.browser
    ? await inBrowser(program, folder, block)
    : await inNode(program, folder, block);
  const seam = printed.lastIndexOf(SEAM);
  return seam < 0 ? printed : printed.slice(seam + SEAM.length);
}

function inNode(program: string, folder: PageFolder, block: Block): Promise<string> {
  const { code } = transformSync(program, { loader: 'ts', format: 'esm', target: 'node20' });
  const file = join(folder.path, `block-${block.line}.run.mjs`);
  writeFileSync(file, code);
  return execute(process.execPath, [file], folder, block);
}

async function inBrowser(program: string, folder: PageFolder, block: Block): Promise<string> {
  const site = join(folder.path, `page-${block.line}`);
  mkdirSync(site);
  writeFileSync(join(site, 'main.ts'), `${program}\nglobalThis.done = true;\n`);
  writeFileSync(
    join(site, 'index.html'),
    '<!doctype html><link rel="icon" href="data:,"><script type="module" src="./main.ts"></script>\n',
  );
  return runPage(await buildPage(site));
}

interface Expected {
  readonly exit?: number;
  readonly until?: string | null;
  readonly inRepository?: boolean;
}

function execute(
  command: string,
  args: readonly string[],
  folder: PageFolder,
  { exit = 0, until = null, inRepository = false }: Expected,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: inRepository ? ROOT : folder.path,
      env: folder.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let stdout = '';
    let stderr = '';
    let seen = false;
    // The shell's children too: a server that a block starts must not outlive it.
    const stop = () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
    };
    const timer = setTimeout(() => {
      stop();
      reject(new Error(`not done after ${LIMIT_MS / 1000} s; printed so far:\n${stdout}${stderr}`));
    }, LIMIT_MS);
    const look = () => {
      if (until === null || seen || !`${stdout}${stderr}`.includes(until)) return;
      seen = true;
      stop();
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      look();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      look();
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      if (until !== null && !seen)
        reject(new Error(`ended without printing "${until}":\n${stdout}${stderr}`));
      else if (until === null && code !== exit)
        reject(new Error(`exit code ${code}, not ${exit}:\n${stdout}${stderr}`));
      else resolve(exit === 0 ? stdout : `${stdout}${stderr}`);
    });
  });
}

/** Whether the `alexnet` command computes with TensorFlow here. */
export async function hasTensorflow(folder: PageFolder): Promise<boolean> {
  return (await execute('alexnet', ['backend', '--json'], folder, {})).includes('"tensorflow"');
}
