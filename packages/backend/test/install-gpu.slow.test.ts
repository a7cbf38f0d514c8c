import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { installTensorflow, planInstallation } from '../src/node.js';
import { cudaRequirements } from '../src/tensorflow/cuda-libraries.js';
import { downloadWheel } from '../src/tensorflow/download-wheel.js';
import { readMetadata } from '../src/tensorflow/unpack-wheel.js';
import { whyNoTensorflow } from './need-tensorflow.js';

const missing = await whyNoTensorflow();
const folder = mkdtempSync(join(tmpdir(), 'alexnet-gpu-'));
const cacheDir = join(folder, 'cache');
const driverRoot = join(folder, 'with-driver');
const wheels = join(folder, 'wheels');

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/**
 * No index here has TensorFlow's GPU wheel: the processor's stands in for it, which names the same
 * CUDA set, and empty libraries stand in for NVIDIA's. What is tested is all but the GPU.
 */
describe.skipIf(missing)(`TensorFlow for a GPU ${missing ?? ''}`, () => {
  let wheel = '';

  beforeAll(async () => {
    mkdirSync(join(driverRoot, 'proc/driver/nvidia'), { recursive: true });
    writeFileSync(join(driverRoot, 'proc/driver/nvidia/version'), 'NVRM version: test\n');
    mkdirSync(wheels);
    const processor = await downloadWheel({ directory: folder, requirement: 'tensorflow-cpu' });
    wheel = processor.path.replace('tensorflow_cpu', 'tensorflow');
    symlinkSync(processor.path, wheel);
    const source = join(folder, 'empty.c');
    writeFileSync(source, 'int empty;\n');
    const library = join(folder, 'empty.so');
    const run = (command: string, ...args: string[]) =>
      expect(spawnSync(command, args).status).toBe(0);
    run('g++', '-shared', '-fPIC', source, '-o', library);
    const requirements = cudaRequirements(await readMetadata(wheel));
    expect(requirements).toContain('nvidia-cublas-cu12<13.0,>=12.5.3.2');
    run(
      'python3',
      join(import.meta.dirname, 'stand-in-wheels.py'),
      wheels,
      library,
      ...requirements,
    );
    vi.stubEnv('PIP_NO_INDEX', '1');
    vi.stubEnv('PIP_FIND_LINKS', wheels);
  }, 600_000);

  it('is refused without a driver before anything is made', async () => {
    const options = { gpu: true, cacheDir, driverRoot: join(folder, 'without-driver') };
    await expect(installTensorflow(options)).rejects.toMatchObject({ code: 'no-driver' });
    await expect(planInstallation(options)).rejects.toMatchObject({ code: 'no-driver' });
    expect(existsSync(cacheDir)).toBe(false);
  });

  it('is planned with what would be fetched', async () => {
    const { steps } = await planInstallation({ gpu: true, cacheDir, driverRoot });
    expect(steps[0]).toContain('download tensorflow with pip (about 0.6 GB)');
    expect(steps[1]).toContain('CUDA libraries');
    expect(existsSync(cacheDir)).toBe(false);
  });

  it('holds the libraries the wheel names, and computes with them in the process', async () => {
    const messages = new Set<string>();
    const build = await installTensorflow({
      gpu: true,
      version: wheel,
      cacheDir,
      driverRoot,
      onProgress: ({ message }) => messages.add(message),
    });
    expect(build.gpu).toBe(true);
    expect([...messages]).toContain('downloading nvidia-cublas-cu12 (1 of 12)');
    const cuda = join(build.directory, 'nvidia');
    expect(readdirSync(cuda)).toHaveLength(12);
    expect(readdirSync(join(cuda, 'cublas'))).toEqual(['lib']);
    accessSync(join(cuda, 'cuda_nvcc/bin/ptxas'), constants.X_OK);
    expect(existsSync(join(cacheDir, 'tensorflow/downloads'))).toBe(false);

    const script = `import { readFileSync } from 'node:fs';
import { selectBackend } from '@alexnet/backend/node';
const { tf, device, passedOver } = await selectBackend({ require: 'tensorflow' });
const { TF_FORCE_GPU_ALLOW_GROWTH: growth, XLA_FLAGS: flags } = process.env;
const sum = tf.sum(tf.matMul(tf.ones([3, 5]), tf.ones([5, 2]))).dataSync()[0];
const opened = readFileSync('/proc/self/maps', 'utf8').includes('/nvidia/cublas/lib/libcublas.so.12');
console.log(JSON.stringify({ sum, opened, growth, flags, reason: passedOver[0].reason }));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      env: { ...process.env, ALEXNET_CACHE_DIR: cacheDir },
    });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      sum: 30,
      opened: true,
      growth: 'true',
      flags: `--xla_gpu_cuda_data_dir=${join(cuda, 'cuda_nvcc')}`,
      reason: 'the GPU build of TensorFlow sees no GPU; check nvidia-smi and the CUDA driver',
    });
  }, 600_000);
});
