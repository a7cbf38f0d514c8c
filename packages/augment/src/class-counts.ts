/** Images of each class, `[classes]`. */
export function countClasses(
  records: readonly { readonly label: number }[],
  classes: number,
): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const { label } of records) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}
