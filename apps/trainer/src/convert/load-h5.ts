import type { H5 } from '@alexnet/convert/keras';

/** The optional HDF5 library. @throws Error saying how to get it */
export async function loadH5(): Promise<H5> {
  try {
    return await import('h5wasm');
  } catch (error) {
    throw new Error('Keras files need the package h5wasm: npm install h5wasm', { cause: error });
  }
}
