/** The page of taped-step-browser.slow.test.ts. */
import { selectBackend } from '@alexnet/backend';
import {
  begin,
  bytesOnDevice,
  compareWays,
  end,
  memoryOver,
  smallNetwork,
} from './taped-training.mjs';

window.trainOnTape = async () => {
  const { tf } = await selectBackend({ require: 'webgpu' });
  const compared = await compareWays(
    tf,
    { learningRateInMomentum: 'outside', ema: 0.9, epochs: 1 },
    { groups: 2 },
  );
  const bytes = await bytesOnDevice(tf);
  const small = begin(smallNetwork(tf), 'compiled');
  const memory = await memoryOver(tf, small, 300, 67);
  end(small);
  return { compared, bytes, ...memory, leftOver: tf.memory().numTensors };
};
