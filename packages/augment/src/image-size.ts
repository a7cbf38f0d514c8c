/** Size of an image, px. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}
