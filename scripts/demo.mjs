import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { prepare, prepareTensorflow } from './prepare.mjs';
import { alexnet, fail, root, title } from './steps.mjs';

/** From a fresh clone to a trained, evaluated, converted network and how to look at it. */

const OUT = 'runs/demo';
const started = performance.now();

function step(heading, args) {
  title(heading);
  process.stdout.write(`$ pnpm alexnet ${args.join(' ')}\n`);
  const code = alexnet(args);
  if (code === 130) {
    process.stdout.write('Run `npm run demo` again to go on from there.\n');
    process.exit(130);
  }
  if (code !== 0) fail('The demo stops here: see the line above.');
}

function chosenBackend() {
  const cli = join(root, 'apps/trainer/dist/cli.js');
  const { status, stdout } = spawnSync(process.execPath, [cli, 'backend', '--json'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) fail('No backend works here: see the line above.');
  return JSON.parse(stdout).name;
}

// Ctrl-C reaches the command that is running; it saves and says so before this script ends.
process.on('SIGINT', () => undefined);

await prepare();
const asked = process.env.ALEXNET_BACKEND;
if (!asked || asked === 'tensorflow') {
  if (!prepareTensorflow() && asked) process.env.ALEXNET_BACKEND = 'wasm';
}
// A run of about five minutes on two cores: wasm computes a third as fast.
const epochs = chosenBackend() === 'tensorflow' ? [] : ['--epochs', '5'];

if (existsSync(join(root, OUT, 'weights.safetensors'))) {
  title('Training');
  process.stdout.write(`${OUT} holds a finished run; delete the folder to train anew.\n`);
} else if (existsSync(join(root, OUT, 'run.json'))) {
  step('Training, continued', ['train', '--resume', '--out', OUT]);
} else {
  step('Training a small AlexNet on emoji', [
    'train',
    '--data',
    'emoji',
    '--recipe',
    'quick',
    '--precision',
    'auto',
    ...epochs,
    '--out',
    OUT,
  ]);
}
step('One crop against ten, on a vendor the network has never seen', [
  'eval',
  '--weights',
  OUT,
  '--data',
  'emoji',
  '--ten-crop',
]);
step('The conv1 filters as an image', ['filters', '--weights', OUT, '--out', `${OUT}/conv1.png`]);
step('The same network for other software', [
  'convert',
  `${OUT}/weights.safetensors`,
  `${OUT}/model.onnx`,
]);

const minutes = ((performance.now() - started) / 60_000).toFixed(1);
title(`Done in ${minutes} minutes`);
process.stdout.write(`In ${OUT}/
  weights.safetensors   the network, with how its images are prepared
  model.onnx            the same for onnxruntime and others
  conv1.png             the conv1 filters
  metrics.jsonl         loss and accuracy, step by step
Look inside it in your browser:
  pnpm viewer ${OUT}        (or: npm run viewer -- ${OUT})
`);
