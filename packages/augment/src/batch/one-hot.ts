/** `[labels, classes]` */
export function oneHot(labels: readonly number[], classes: number): Float32Array {
  const rows = new Float32Array(labels.length * classes);
  for (const [row, label] of labels.entries()) rows[row * classes + label] = 1;
  return rows;
}
