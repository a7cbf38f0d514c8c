/** What is known of every option of a class of layers in another tool. */
export interface ClassOptions {
  /** Options whose value the reader carries over. */
  readonly carried?: readonly string[];
  /** Options that only act in training, or say how and not what is computed. */
  readonly passed?: readonly string[];
  /** Options with the one value that is understood; absent counts as that value. */
  readonly fixed?: Readonly<Record<string, unknown>>;
}

/**
 * Why a layer's options cannot be read, without the name of its class; null where each is carried,
 * passed over knowingly, or has the value that is understood.
 */
export function refusal(
  { carried = [], passed = [], fixed = {} }: ClassOptions,
  options: Iterable<readonly [string, unknown]>,
): string | null {
  for (const [key, value] of options) {
    if (carried.includes(key) || passed.includes(key)) continue;
    if (!Object.hasOwn(fixed, key)) return `has the option ${key}, which is not known`;
    const wanted = fixed[key];
    const all = Array.isArray(value) ? value : [value];
    if (all.some((item) => (item ?? null) !== wanted)) {
      return `has ${key} ${JSON.stringify(value)}, which is not read`;
    }
  }
  return null;
}
