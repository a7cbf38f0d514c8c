import type { OpenModelOptions } from '@alexnet/convert';
import type { Preprocessing, Tf } from '@alexnet/model';

/** How a classifier is loaded. */
export interface LoadOptions
  extends Pick<
    OpenModelOptions,
    'preset' | 'spec' | 'allow' | 'from' | 'classNames' | 'channelOrder'
  > {
  /** A tfjs whose backend the caller has chosen and set. */
  readonly tf?: Tf;
  /** The backend, where no `tf` is given: this one or none; default: the best there is. */
  readonly backend?: string;
  /** How images are prepared, where the file does not say it, in the order of colors its conv1 takes. */
  readonly preprocessing?: Preprocessing;
  readonly signal?: AbortSignal;
  /** Bytes that have come while weights are fetched; `total` is 0 where nobody has said it. */
  readonly onProgress?: (bytes: number, total: number) => void;
}

/** The options that decide what is read. */
export function openOptions(
  options: LoadOptions,
): Omit<OpenModelOptions, 'mean' | 'meta' | 'prototxt'> {
  const { preset, spec, allow, from, classNames, channelOrder, preprocessing } = options;
  return {
    ...(preset && { preset }),
    ...(spec && { spec }),
    ...(allow && { allow }),
    ...(from && { from }),
    ...(classNames && { classNames }),
    ...(channelOrder && { channelOrder }),
    ...(preprocessing && { preprocessing }),
  };
}
