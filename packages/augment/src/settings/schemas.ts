import * as v from 'valibot';

/** A finite number of `min` or more. */
// @__NO_SIDE_EFFECTS__
export function atLeast(min: number, about: string) {
  return v.pipe(v.number(), v.finite(), v.minValue(min), v.description(about));
}

/** A finite number above `min`. */
// @__NO_SIDE_EFFECTS__
export function above(min: number, about: string) {
  return v.pipe(v.number(), v.finite(), v.gtValue(min), v.description(about));
}

/** A number from `min` to `max`. */
// @__NO_SIDE_EFFECTS__
export function within(min: number, max: number, about: string) {
  return v.pipe(v.number(), v.minValue(min), v.maxValue(max), v.description(about));
}

/** A number from `min` to below `max`. */
// @__NO_SIDE_EFFECTS__
export function below(min: number, max: number, about: string) {
  return v.pipe(v.number(), v.minValue(min), v.ltValue(max), v.description(about));
}

/** A whole number of `min` or more. */
// @__NO_SIDE_EFFECTS__
export function whole(min: number, about: string) {
  return v.pipe(v.number(), v.safeInteger(), v.minValue(min), v.description(about));
}

/** One of these words or numbers. */
// @__NO_SIDE_EFFECTS__
export function oneOf<const Options extends readonly (string | number)[]>(
  options: Options,
  about: string,
) {
  return v.pipe(v.picklist(options), v.description(about));
}

/** Smallest and largest, both positive. */
// @__NO_SIDE_EFFECTS__
export function interval(about: string) {
  return v.pipe(v.tuple([above(0, 'Smallest.'), above(0, 'Largest.')]), v.description(about));
}
