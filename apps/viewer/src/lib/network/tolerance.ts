/** How far a backend may be from the reference, relative to the largest value: DESIGN §9. */
export const TOLERANCE: Readonly<Record<string, number>> = {
  cpu: 1e-5,
  tensorflow: 1e-5,
  wasm: 1e-4,
  webgpu: 1e-3,
  webgl: 1e-3,
};

/** Largest difference over largest magnitude of the reference. */
export function relativeError(values: Float32Array, reference: Float32Array): number {
  if (values.length !== reference.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < reference.length; i++) {
    const gap = Math.abs((values[i] ?? 0) - (reference[i] ?? 0));
    // A NaN compares false with everything; it must not pass as equal.
    if (Number.isNaN(gap)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, gap);
    largest = Math.max(largest, Math.abs(reference[i] ?? 0));
  }
  return largest > 0 ? difference / largest : difference;
}
