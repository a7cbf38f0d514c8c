/** One code per cause. */
export type ModelErrorCode =
  | 'unknown-preset' // no preset has this name
  | 'bad-modifier' // a modifier that does not exist, is out of range or does not go with the preset
  | 'bad-spec' // a layer list with a field missing, of a wrong type or out of range
  | 'does-not-fit' // a window larger than the map it slides over
  | 'fractional-fit' // a window that fits a fractional number of times
  | 'misplaced-layer' // a layer that cannot take what comes before it, or channels that do not divide
  | 'wrong-outputs' // the last layer does not give one number a class
  | 'bad-weights' // weights whose names or shapes are not the network's
  | 'bad-argument'; // anything else a caller passed

/** The only error this package throws; the message says what is wrong and what to do. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly code: ModelErrorCode;

  constructor(code: ModelErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
