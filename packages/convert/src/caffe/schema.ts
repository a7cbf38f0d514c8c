/** How a field of a parameter message is written: caffe.proto of BVLC/caffe 9b89154. */
type FieldType =
  | 'integer'
  | 'float'
  | 'boolean'
  | 'text'
  /** Repeated. */
  | 'integers'
  | 'floats'
  /** A BlobShape as its sides. */
  | 'shape'
  /** The names of an enum, counted from 0. */
  | readonly string[];

export interface FieldSchema {
  readonly number: number;
  readonly type: FieldType;
}

export interface ParameterSchema {
  /** Field of LayerParameter, and of V1LayerParameter where the message existed then. */
  readonly v2: number;
  readonly v1: number | null;
  readonly fields: Readonly<Record<string, FieldSchema>>;
  /** Fields that change nothing an inference computes: starting values, engines, sources of data. */
  readonly idle: Readonly<Record<string, number>>;
}

const field =
  (type: FieldType) =>
  (number: number): FieldSchema => ({ number, type });
const integer = /* @__PURE__ */ field('integer');
const float = /* @__PURE__ */ field('float');
const boolean = /* @__PURE__ */ field('boolean');
const text = /* @__PURE__ */ field('text');
const integers = /* @__PURE__ */ field('integers');
const floats = /* @__PURE__ */ field('floats');
const shape = /* @__PURE__ */ field('shape');

/** Of every layer type that is read, all options there are; what is in neither list is refused by its number. */
export const PARAMETERS = {
  convolution_param: {
    v2: 106,
    v1: 10,
    fields: {
      num_output: integer(1),
      bias_term: boolean(2),
      pad: integers(3),
      pad_h: integer(9),
      pad_w: integer(10),
      kernel_size: integers(4),
      kernel_h: integer(11),
      kernel_w: integer(12),
      group: integer(5),
      stride: integers(6),
      stride_h: integer(13),
      stride_w: integer(14),
      dilation: integers(18),
      axis: integer(16),
    },
    // 19 is NVCaffe's.
    idle: {
      weight_filler: 7,
      bias_filler: 8,
      engine: 15,
      force_nd_im2col: 17,
      cudnn_convolution_algo_seeker: 19,
    },
  },
  inner_product_param: {
    v2: 117,
    v1: 17,
    fields: {
      num_output: integer(1),
      bias_term: boolean(2),
      axis: integer(5),
      transpose: boolean(6),
    },
    idle: { weight_filler: 3, bias_filler: 4 },
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
    idle: { engine: 6 },
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
    idle: { engine: 11 },
  },
  relu_param: { v2: 123, v1: 30, fields: { negative_slope: float(1) }, idle: { engine: 2 } },
  prelu_param: { v2: 131, v1: null, fields: { channel_shared: boolean(2) }, idle: { filler: 1 } },
  sigmoid_param: { v2: 124, v1: 38, fields: {}, idle: { engine: 1 } },
  tanh_param: { v2: 127, v1: 37, fields: {}, idle: { engine: 1 } },
  dropout_param: { v2: 108, v1: 12, fields: { dropout_ratio: float(1) }, idle: {} },
  power_param: {
    v2: 122,
    v1: 21,
    fields: { power: float(1), scale: float(2), shift: float(3) },
    idle: {},
  },
  batch_norm_param: {
    v2: 139,
    v1: null,
    fields: { use_global_stats: boolean(1), moving_average_fraction: float(2), eps: float(3) },
    idle: {},
  },
  scale_param: {
    v2: 142,
    v1: null,
    fields: { axis: integer(1), num_axes: integer(2), bias_term: boolean(4) },
    idle: { filler: 3, bias_filler: 5 },
  },
  flatten_param: {
    v2: 135,
    v1: null,
    fields: { axis: integer(1), end_axis: integer(2) },
    idle: {},
  },
  reshape_param: {
    v2: 133,
    v1: null,
    fields: { shape: shape(1), axis: integer(2), num_axes: integer(3) },
    idle: {},
  },
  concat_param: {
    v2: 104,
    v1: 9,
    fields: { axis: integer(2), concat_dim: integer(1) },
    idle: {},
  },
  slice_param: {
    v2: 126,
    v1: 31,
    fields: { axis: integer(3), slice_point: integers(2), slice_dim: integer(1) },
    idle: {},
  },
  // Of data layers, what they say about images; the rest is about where these lie.
  input_param: { v2: 143, v1: null, fields: { shape: shape(1) }, idle: {} },
  memory_data_param: {
    v2: 119,
    v1: 22,
    fields: { channels: integer(2), height: integer(3), width: integer(4) },
    idle: { batch_size: 1 },
  },
  transform_param: {
    v2: 100,
    v1: 36,
    fields: {
      scale: float(1),
      crop_size: integer(3),
      mean_file: text(4),
      mean_value: floats(5),
    },
    idle: { mirror: 2, force_color: 6, force_gray: 7 },
  },
  data_param: {
    v2: 107,
    v1: 11,
    fields: { scale: float(2), mean_file: text(3), crop_size: integer(5) },
    idle: {},
  },
  image_data_param: {
    v2: 115,
    v1: 15,
    fields: {
      scale: float(2),
      mean_file: text(3),
      crop_size: integer(5),
      new_height: integer(9),
      new_width: integer(10),
    },
    idle: {},
  },
} as const satisfies Readonly<Record<string, ParameterSchema>>;

/** Name of a parameter message that is read. */
export type ParameterName = keyof typeof PARAMETERS;

/** V1LayerParameter.LayerType by the enum's own name, with the name V2 gave the type. */
export const V1_TYPES: Readonly<Record<string, readonly [number: number, type: string]>> = {
  ABSVAL: [35, 'AbsVal'],
  ACCURACY: [1, 'Accuracy'],
  ARGMAX: [30, 'ArgMax'],
  BNLL: [2, 'BNLL'],
  CONCAT: [3, 'Concat'],
  CONTRASTIVE_LOSS: [37, 'ContrastiveLoss'],
  CONVOLUTION: [4, 'Convolution'],
  DATA: [5, 'Data'],
  DECONVOLUTION: [39, 'Deconvolution'],
  DROPOUT: [6, 'Dropout'],
  DUMMY_DATA: [32, 'DummyData'],
  EUCLIDEAN_LOSS: [7, 'EuclideanLoss'],
  ELTWISE: [25, 'Eltwise'],
  EXP: [38, 'Exp'],
  FLATTEN: [8, 'Flatten'],
  HDF5_DATA: [9, 'HDF5Data'],
  HDF5_OUTPUT: [10, 'HDF5Output'],
  HINGE_LOSS: [28, 'HingeLoss'],
  IM2COL: [11, 'Im2col'],
  IMAGE_DATA: [12, 'ImageData'],
  INFOGAIN_LOSS: [13, 'InfogainLoss'],
  INNER_PRODUCT: [14, 'InnerProduct'],
  LRN: [15, 'LRN'],
  MEMORY_DATA: [29, 'MemoryData'],
  MULTINOMIAL_LOGISTIC_LOSS: [16, 'MultinomialLogisticLoss'],
  MVN: [34, 'MVN'],
  POOLING: [17, 'Pooling'],
  POWER: [26, 'Power'],
  RELU: [18, 'ReLU'],
  SIGMOID: [19, 'Sigmoid'],
  SIGMOID_CROSS_ENTROPY_LOSS: [27, 'SigmoidCrossEntropyLoss'],
  SILENCE: [36, 'Silence'],
  SOFTMAX: [20, 'Softmax'],
  SOFTMAX_LOSS: [21, 'SoftmaxWithLoss'],
  SPLIT: [22, 'Split'],
  SLICE: [33, 'Slice'],
  TANH: [23, 'TanH'],
  WINDOW_DATA: [24, 'WindowData'],
  THRESHOLD: [31, 'Threshold'],
};
