/** The page of browser.slow.test.ts: runs what the test asks for and reports plain data. */
import { type Selection, selectBackend, selfCheck } from '../src/index.js';

declare global {
  interface Window {
    choose(options: object): Promise<unknown>;
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
