/** The page of taped-step-browser.slow.test.ts. */
import { selectBackend } from '@alexnet/backend';
import {
  begin,
  bytesOnDevice,
  compareSteps,
  end,
  memoryOver,
  networkOf,
} from './taped-training.mjs';

window.trainOnTape = async () => {
  const { tf } = await selectBackend({ require: 'webgpu' });
  const wrong = await compareSteps(tf, {});
  const bytes = await bytesOnDevice(tf);
  const own = begin(networkOf(tf), 'compiled');
  const memory = await memoryOver(tf, own, 3);
  end(own);
  return { wrong, bytes, memory, leftOver: tf.memory().numTensors };
};
