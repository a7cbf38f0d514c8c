import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { linkPackage, ROOT } from './link-package.mjs';

/** `alexnet`, `npm`, `pnpm` and `npx` as blocks of pages see them. */

const [command, ...args] = process.argv.slice(2);

function start(script, rest) {
  const child = spawn(process.execPath, [script, ...rest], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 130));
}

const own = {
  alexnet: (rest) => start(join(ROOT, 'apps/trainer/dist/cli.js'), rest),
  viewer: (rest) => start(join(ROOT, 'apps/viewer/serve.mjs'), rest),
};

const tools = join(ROOT, 'test/node_modules');
const BINARIES = {
  vite: join(tools, 'vite/bin/vite.js'),
  tsc: join(tools, 'typescript/bin/tsc'),
};

function install(names) {
  for (const name of names) linkPackage(process.cwd(), name.replace(/(?<=.)@[^/]*$/, ''));
}

const words = args.filter((arg) => !arg.startsWith('-'));
if (command === 'alexnet') own.alexnet(args);
else if (command === 'pnpm' && args[0] in own) own[args[0]](args.slice(1));
else if (command === 'npx' && words[0] === 'alexnet')
  own.alexnet(args.slice(args.indexOf('alexnet') + 1));
else if (command === 'npx' && words[0] in BINARIES)
  start(BINARIES[words[0]], args.slice(args.indexOf(words[0]) + 1));
else if (command === 'npm' && args[0] === 'run' && args[1] in own)
  own[args[1]](args.slice(args[2] === '--' ? 3 : 2));
else if (
  ['npm', 'pnpm'].includes(command) &&
  ['i', 'install', 'add'].includes(words[0]) &&
  words.length > 1
)
  install(words.slice(1));
else if (command === 'npm' && words[0] === 'init')
  writeFileSync('package.json', '{ "type": "module" }\n');
else {
  process.stderr.write(
    `blocks of pages cannot run "${command} ${args.join(' ')}": mark the block as not run\n`,
  );
  process.exit(1);
}
