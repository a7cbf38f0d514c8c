/** How a field of a layer's parameter message is written: caffe.proto of BVLC/caffe 9b89154. */
type FieldType = 'integer' | 'float' | 'boolean' | readonly string[];

export interface FieldSchema {
  readonly number: number;
  /** A list of names is an enum, counted from 0. */
  readonly type: FieldType;
}

export interface ParameterSchema {
  /** Field of LayerParameter, and of V1LayerParameter where the message existed then. */
  readonly v2: number;
  readonly v1: number | null;
  readonly fields: Readonly<Record<string, FieldSchema>>;
}

const integer = (number: number): FieldSchema => ({ number, type: 'integer' });
const float = (number: number): FieldSchema => ({ number, type: 'float' });
const boolean = (number: number): FieldSchema => ({ number, type: 'boolean' });

/** The parameters that change what an AlexNet computes; all others are skipped. */
export const PARAMETERS = {
  convolution_param: {
    v2: 106,
    v1: 10,
    fields: {
      num_output: integer(1),
      pad: integer(3),
      pad_h: integer(9),
      pad_w: integer(10),
      kernel_size: integer(4),
      kernel_h: integer(11),
      kernel_w: integer(12),
      group: integer(5),
      stride: integer(6),
      stride_h: integer(13),
      stride_w: integer(14),
      dilation: integer(18),
    },
  },
  inner_product_param: {
    v2: 117,
    v1: 17,
    fields: { num_output: integer(1), axis: integer(5), transpose: boolean(6) },
  },
  lrn_param: {
    v2: 118,
    v1: 18,
    fields: {
      local_size: integer(1),
      alpha: float(2),
      beta: float(3),
      norm_region: { number: 4, type: ['ACROSS_CHANNELS', 'WITHIN_CHANNEL'] },
      k: float(5),
    },
  },
  pooling_param: {
    v2: 121,
    v1: 19,
    fields: {
      pool: { number: 1, type: ['MAX', 'AVE', 'STOCHASTIC'] },
      kernel_size: integer(2),
      kernel_h: integer(5),
      kernel_w: integer(6),
      stride: integer(3),
      stride_h: integer(7),
      stride_w: integer(8),
      pad: integer(4),
      pad_h: integer(9),
      pad_w: integer(10),
      global_pooling: boolean(12),
      round_mode: { number: 13, type: ['CEIL', 'FLOOR'] },
    },
  },
  transform_param: { v2: 100, v1: 36, fields: { crop_size: integer(3) } },
  relu_param: { v2: 123, v1: 30, fields: { negative_slope: float(1) } },
  dropout_param: { v2: 108, v1: 12, fields: { dropout_ratio: float(1) } },
  power_param: { v2: 122, v1: 21, fields: { power: float(1), scale: float(2), shift: float(3) } },
  concat_param: { v2: 104, v1: 9, fields: { axis: integer(2) } },
  slice_param: { v2: 126, v1: 31, fields: { axis: integer(3) } },
  batch_norm_param: { v2: 139, v1: null, fields: { use_global_stats: boolean(1), eps: float(3) } },
  scale_param: { v2: 142, v1: null, fields: { bias_term: boolean(4) } },
} as const satisfies Readonly<Record<string, ParameterSchema>>;

/** Name of a parameter message that is read. */
export type ParameterName = keyof typeof PARAMETERS;

/** V1LayerParameter.LayerType of the layers an AlexNet is made of, by the names V2 gave them. */
export const V1_TYPES: Readonly<Record<number, string>> = {
  1: 'Accuracy',
  3: 'Concat',
  4: 'Convolution',
  5: 'Data',
  6: 'Dropout',
  12: 'ImageData',
  14: 'InnerProduct',
  15: 'LRN',
  17: 'Pooling',
  18: 'ReLU',
  19: 'Sigmoid',
  20: 'Softmax',
  21: 'SoftmaxWithLoss',
  22: 'Split',
  23: 'TanH',
  26: 'Power',
  33: 'Slice',
};
