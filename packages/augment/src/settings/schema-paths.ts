import type * as v from 'valibot';

/** The parts of a valibot schema that lead to what lies inside it. */
interface Inner {
  readonly type: string;
  readonly wrapped?: Inner;
  readonly item?: Inner;
  readonly value?: Inner;
  readonly items?: readonly Inner[];
  readonly options?: readonly Inner[];
  readonly key?: string;
  readonly entries?: Readonly<Record<string, Inner>>;
  readonly literal?: unknown;
}

/** Names of the settings an object at `path` may have; none where it may have any, or is no object. */
export function entriesAt(
  schema: v.GenericSchema,
  value: unknown,
  path: readonly (string | number)[],
): readonly string[] {
  let inner = resolve(schema as unknown as Inner, value);
  let at = value;
  for (const key of path) {
    at = (at as Record<string | number, unknown> | undefined)?.[key];
    const next =
      inner?.entries?.[key] ?? inner?.items?.[Number(key)] ?? inner?.item ?? inner?.value;
    inner = resolve(next, at);
  }
  return Object.keys(inner?.entries ?? {});
}

/** Takes off what stands around an object: optional, nullable, and the choice among variants. */
function resolve(schema: Inner | undefined, value: unknown): Inner | undefined {
  if (schema?.wrapped) return resolve(schema.wrapped, value);
  if (schema?.type !== 'variant') return schema;
  const chosen = (value as Record<string, unknown> | undefined)?.[schema.key ?? ''];
  return schema.options?.find(({ entries }) => entries?.[schema.key ?? '']?.literal === chosen);
}
