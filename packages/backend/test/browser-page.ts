/** The page of browser.slow.test.ts: runs what the test asks for and reports plain data. */
import { type Selection, selectBackend, selfCheck } from '../src/index.js';

declare global {
  interface Window {
    choose(options: object): Promise<unknown>;
    fillMemory(): Promise<string>;
  }
}

window.choose = async (options) => {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths('/wasm/');
  let selection: Selection;
  try {
    selection = await selectBackend(options);
  } catch (error) {
    return { error: (error as Error).message };
  }
  const { tf, name, device, passedOver } = selection;
  await import('@tensorflow/tfjs-backend-cpu');
  const check = await selfCheck(tf, name);
  return { name, device, passedOver, check };
};

/** Takes 512 MB after 512 MB of the memory of wasm and says how that ended. */
window.fillMemory = async () => {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths('/wasm/');
  const { tf } = await selectBackend({ require: 'wasm' });
  try {
    for (let i = 0; i < 9; i++) tf.fill([128, 1024, 1024], 1);
    return 'it fits';
  } catch (error) {
    return (error as Error).message;
  }
};
