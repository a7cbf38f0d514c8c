import { expect, test } from 'vitest';
import { createSpec, initialWeights, parameterSpecs } from '../src/index.js';

test('PyTorch’s starting values are uniform on ±1 / √fan-in, biases too', () => {
  const spec = createSpec('torchvision', { classes: 10, width: 1 / 8, init: 'pytorch' });
  const weights = new Map(initialWeights(spec, 3));
  for (const { name, layer, kind } of parameterSpecs(spec)) {
    const [units, ...window] = [...(weights.get(`${layer}.weight`)?.shape ?? [])].reverse();
    const bound = 1 / Math.sqrt(window.reduce((product, length) => product * length, 1));
    const data = weights.get(name)?.data ?? new Float32Array();
    const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest).toBeLessThanOrEqual(Math.fround(bound));
    // The largest of n uniform values falls short of the bound by a share of about 1/n.
    expect(largest).toBeGreaterThan(bound * (1 - 10 / (kind === 'bias' ? (units ?? 1) : 1000)));
    const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length;
    if (kind === 'weight') expect(variance / (bound ** 2 / 3)).toBeCloseTo(1, 1);
  }
});
