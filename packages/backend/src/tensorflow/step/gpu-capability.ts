import { spawnSync } from 'node:child_process';

/**
 * NVIDIA's compute capability of the GPUs, of several the lowest; null where `nvidia-smi` does not say.
 */
export function gpuCapability(): number | null {
  const query = ['--query-gpu=compute_cap', '--format=csv,noheader'];
  const { status, stdout } = spawnSync('nvidia-smi', query, { encoding: 'utf8', timeout: 10_000 });
  const found = status === 0 ? stdout.split('\n').map(Number.parseFloat) : [];
  const known = found.filter(Number.isFinite);
  return known.length > 0 ? Math.min(...known) : null;
}
