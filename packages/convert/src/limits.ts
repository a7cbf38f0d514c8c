/**
 * Caps on what a file may claim, each far above any AlexNet and far below what hurts a browser tab.
 * A reader checks them before it allocates.
 */
export interface Limits {
  /** Bytes of a JSON header; the Rust safetensors library allows 100 MB, hubs 25 MB. */
  readonly headerBytes: number;
  /** Bytes of one tensor as stored. */
  readonly tensorBytes: number;
  /** Tensors in one file; AlexNet has 16, its batch-norm form 24. */
  readonly tensors: number;
  /** Dimensions of one tensor; numpy allows 64, weights need 4. */
  readonly rank: number;
  /** Nesting of JSON. */
  readonly depth: number;
}

/**
 * What readers allow unless told otherwise: far above any AlexNet, far below what a hostile file
 * could ask for.
 */
export const DEFAULT_LIMITS: Limits = {
  headerBytes: 25_000_000,
  tensorBytes: 2 ** 30,
  tensors: 4_096,
  rank: 16,
  depth: 64,
};
