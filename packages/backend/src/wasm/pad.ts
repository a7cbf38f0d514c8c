import { registerKernel } from '../kernels/register-kernel.js';
import type { Tf } from '../selection/tf.js';
import { addressOf } from './heap-kernels.js';
import { copyPadded } from './padded-map.js';

/** Replaces PadV2 of maps [n, h, w, c] around their pixels. XNNPACK's wakes threads that then spin on. */
export function registerPad(tf: Tf): void {
  registerKernel(tf, 'wasm', 'PadV2', ({ inputs: { x }, attrs, backend, fallBack }) => {
    const { paddings, constantValue: value } = attrs;
    const [batch = [], rows = [], columns = [], channels = []] = paddings;
    const [top = 0, bottom = 0] = rows;
    const [left = 0, right = 0] = columns;
    const isMap = paddings.length === 4 && [...batch, ...channels].every((zeros) => zeros === 0);
    const isEmpty = tf.util.sizeFromShape(x.shape) === 0;
    if (!isMap || isEmpty || x.dtype !== 'float32') return fallBack();
    const shape = x.shape.map(
      (size, axis) => size + (paddings[axis] ?? []).reduce((a, b) => a + b),
    );
    const output = backend.makeOutput(shape, 'float32');
    const padding = { top, bottom, left, right };
    copyPadded(backend, x, padding, addressOf(backend, output), { value });
    return output;
  });
}
