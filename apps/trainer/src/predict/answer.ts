/** What a network says of an image. */
export interface Answer {
  readonly image: string;
  readonly top: readonly {
    readonly class: string;
    readonly index: number;
    /** 0..1 */
    readonly probability: number;
  }[];
  /** With ten crops: each crop's own first answer, in the order TL, TR, C, BL, BR, then mirrored. */
  readonly crops?: readonly { readonly class: string; readonly probability: number }[];
}

/** An image that could not be answered for. */
export interface Failed {
  readonly image: string;
  readonly reason: string;
}
