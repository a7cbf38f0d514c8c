import { BackendError, installTensorflow } from '../src/node.js';

/** Installs TensorFlow for the slow tests, or says why this machine cannot; they skip with it. */
export async function whyNoTensorflow(): Promise<string | undefined> {
  try {
    await installTensorflow();
    return undefined;
  } catch (error) {
    if (error instanceof BackendError && error.code !== 'compile' && error.code !== 'failed') {
      return `(skipped: ${error.message})`;
    }
    throw error;
  }
}
