import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { seenAs } from './program.js';
import { LANES, REDUCTIONS, ROWS, WORKGROUP } from './row-reductions.js';

/** Adds AlexNetCountHits, the rows of logits [n, classes] whose largest, the first of equals, is at the label [n]. */
export function registerCountHits(tf: Tf): void {
  registerKernel(tf, 'webgpu', 'AlexNetCountHits', ({ inputs, backend }) => {
    const hits = backend.runWebGPUProgram(
      {
        shaderKey: 'alexnet_count_hits',
        outputShape: [1],
        variableNames: ['logits', 'labels'],
        dispatchLayout: { x: [0] },
        dispatch: [1, 1, 1],
        workgroupSize: [WORKGROUP, 1, 1],
        getUserCode: () => `
        ${REDUCTIONS}
        fn main(index : i32) {
          let rows = uniforms.logitsShape[0];
          let classes = uniforms.logitsShape[1];
          let thread = i32(localIndex);
          var hits = 0.0;
          for (var first = 0; first < rows; first += ${ROWS}) {
            let row = first + thread / ${LANES};
            let read = min(row, rows - 1);
            let start = read * classes;
            let largest = largestLogit(thread, start);
            var place = f32(classes);
            for (var c = thread % ${LANES}; c < classes; c += ${LANES}) {
              if (logits[start + c] == largest) {
                place = min(place, f32(c));
              }
            }
            place = leastOfRow(thread, place);
            if (row < rows && thread % ${LANES} == 0 && i32(place) == labels[read]) {
              hits += 1.0;
            }
          }
          let all = sumOfAll(thread, hits);
          if (index == 0) {
            result[0] = i32(all);
          }
        }`,
      },
      [inputs.logits, inputs.labels],
      'int32',
    );
    return seenAs(hits, []);
  });
}
