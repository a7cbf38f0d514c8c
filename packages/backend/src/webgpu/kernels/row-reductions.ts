/** Threads that share a row of logits. */
export const LANES = 32;
/** Rows of one workgroup. */
export const ROWS = 8;
export const WORKGROUP = LANES * ROWS;

/**
 * WGSL functions that all threads of a workgroup call together: `sumOfRow`, `largestOfRow` and
 * `leastOfRow` of what the threads of a row give, `sumOfAll` of what all give, `largestLogit` of the row of
 * the input `logits` that begins at `start`.
 */
export const REDUCTIONS = `
      var<workgroup> given : array<f32, ${WORKGROUP}>;
      ${reduction('sumOfRow', LANES, (a, b) => `${a} + ${b}`)}
      ${reduction('largestOfRow', LANES, (a, b) => `max(${a}, ${b})`)}
      ${reduction('leastOfRow', LANES, (a, b) => `min(${a}, ${b})`)}
      ${reduction('sumOfAll', WORKGROUP, (a, b) => `${a} + ${b}`)}
      fn largestLogit(thread : i32, start : i32) -> f32 {
        var largest = logits[start];
        for (var c = thread % ${LANES}; c < uniforms.logitsShape[1]; c += ${LANES}) {
          largest = max(largest, logits[start + c]);
        }
        return largestOfRow(thread, largest);
      }`;

function reduction(name: string, threads: number, both: (a: string, b: string) => string): string {
  return `
      fn ${name}(thread : i32, value : f32) -> f32 {
        given[thread] = value;
        workgroupBarrier();
        for (var half = ${threads / 2}; half > 0; half /= 2) {
          if (thread % ${threads} < half) {
            given[thread] = ${both('given[thread]', 'given[thread + half]')};
          }
          workgroupBarrier();
        }
        let all = given[thread - thread % ${threads}];
        workgroupBarrier();
        return all;
      }`;
}
