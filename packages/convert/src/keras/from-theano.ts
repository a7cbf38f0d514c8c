import type { Note } from '../alexnet/note.js';
import type { StoredTensor, StoredTensors } from '../tensors/tensor-file.js';

/** Said of a file whose filters were turned. */
export const TURNED: Note = {
  code: 'layout',
  exact: true,
  detail:
    'the file was saved on Theano, which convolves where others correlate: filters were turned upside down and left to right, as Keras does',
};

/** The tensors of a file that was saved on Theano, as every other backend has them. */
export function fromTheano(tensors: StoredTensors): StoredTensors {
  return new Map(
    [...tensors].map(([name, tensor]) => [
      name,
      tensor.shape.length === 4 ? turned(tensor) : tensor,
    ]),
  );
}

/** A filter `[h, w, in, out]` by half a turn. */
function turned(tensor: StoredTensor): StoredTensor {
  const { bytes: _, ...rest } = tensor;
  const [height = 1, width = 1, inputs = 1, outputs = 1] = tensor.shape;
  const [pixels, numbers] = [height * width, inputs * outputs];
  return {
    ...rest,
    async read() {
      const values = await tensor.read();
      const result = new Float32Array(values.length);
      for (let pixel = 0; pixel < pixels; pixel++) {
        const from = (pixels - 1 - pixel) * numbers;
        result.set(values.subarray(from, from + numbers), pixel * numbers);
      }
      return result;
    },
  };
}
