/** The page of browser.slow.test.ts: runs what the test asks for and reports plain data. */
import { tileSource } from '../src/browser/tile-cache.js';
import { type Selection, selectBackend, selfCheck } from '../src/index.js';

declare global {
  interface Window {
    choose(options: object): Promise<unknown>;
    fillMemory(): Promise<string>;
    keepTiles(): Promise<(string | null)[]>;
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

/** What is kept of an adapter before and after something was written, and of another one. */
window.keepTiles = async () => {
  const adapter = '["vendor","a/b?c","","driver 1"]';
  const before = await tileSource.storeOf(adapter).read();
  await tileSource.storeOf(adapter).write('of vendor');
  const kept = await tileSource.storeOf(adapter).read();
  return [before, kept, await tileSource.storeOf('["vendor","a/b?d","","driver 1"]').read()];
};
