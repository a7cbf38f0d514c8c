/** Parameters whose change is a step of its own: Back undoes it. Other choices only rewrite the address. */
const STEPS = ['weights', 'image', 'second', 'layer', 'unit', 'page'] as const;

/** How the browser's history takes a new address. */
export function historyStep(from: string, to: string): 'push' | 'replace' | 'none' {
  if (from === to) return 'none';
  const [before, after] = [new URL(from).searchParams, new URL(to).searchParams];
  return STEPS.some((name) => before.get(name) !== after.get(name)) ? 'push' : 'replace';
}
