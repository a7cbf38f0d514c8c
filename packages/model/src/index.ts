export { type Cost, type CostSplit, costSplit } from './costs/cost-split.js';
export { formatLayerTable } from './costs/format-layer-table.js';
export { PUBLISHED_NETWORKS, type PublishedNetwork, vgg16 } from './costs/later-networks.js';
export { type LayerRow, layerTable } from './costs/layer-table.js';
export { type FilterImageOptions, filterImages, type RgbaImage } from './filters/filter-images.js';
export { registerLayers } from './layers/register-layers.js';
export { ModelError, type ModelErrorCode } from './model-error.js';
export { type BuildOptions, buildNetwork } from './network/build-network.js';
export { initialWeights } from './network/initial-weights.js';
export type { ForwardOptions, Network, NetworkParameter } from './network/network.js';
export { reshapeHead } from './network/reshape-head.js';
export type { Weight } from './network/weight.js';
export {
  BYTE_ROW,
  type ByteImages,
  floatsOf,
  type ImageShape,
  imagesOf,
  type PixelInput,
  type Pixels,
  pixelInputs,
  slicePixels,
  takesBytes,
  uploadImages,
  wordsOf,
} from './ops/byte-images.js';
export { type Collectives, collectivesOf } from './ops/collectives.js';
export {
  type CompiledStep,
  type Precision,
  precisionOf,
  type StepCompiler,
  type StepInput,
  type StepProgram,
  type StepTensors,
  stepCompilerOf,
} from './ops/compiled-step.js';
export { type AlexNetKernels, kernelOf, type NormalizeBytesAttributes } from './ops/kernels.js';
export {
  type Prediction,
  type PreparedImages,
  predict,
  predictPrepared,
  predictTenCrop,
  type TenCropPrediction,
} from './predict/predict.js';
export { type ClassProbability, topK } from './predict/top-k.js';
export {
  type Crop,
  channelMeanOf,
  describePreprocessing,
  type MeanImage,
  meanImageOf,
  type Preprocessing,
  type Resize,
} from './preprocessing.js';
export { convHead, createSpec } from './spec/create-spec.js';
export {
  type FeatureShape,
  inferShapes,
  type LayerShape,
  layerOutput,
  smallestInput,
  withInput,
} from './spec/infer-shapes.js';
export type {
  ActivationFunction,
  ActivationSpec,
  BatchNormSpec,
  ConvSpec,
  DenseSpec,
  DropoutSpec,
  FlattenSpec,
  GlobalPoolSpec,
  Initializer,
  LayerSpec,
  LrnSpec,
  MapNormSpec,
  Padding,
  PoolKind,
  PoolSpec,
} from './spec/layer-spec.js';
export type { SpecModifiers } from './spec/modifiers.js';
export type { InputSpec, NetworkSpec, PresetName } from './spec/network-spec.js';
export {
  type ParameterKind,
  type ParameterSpec,
  parameterShapes,
  parameterSpecs,
} from './spec/parameter-shapes.js';
export { PRESET_NAMES } from './spec/presets.js';
export { validateSpec } from './spec/validate-spec.js';
export { type Window, windowsOf } from './spec/window.js';
export { withClasses } from './spec/with-classes.js';
export type { Tf } from './tf.js';
