import {
  createPipeline,
  makeBatch,
  measureImageColors,
  type OperationInput,
} from '@alexnet/augment';
import { disc } from './disc.js';

/** Every kind of operation: geometry, color, pixels and whole batches. */
const OPERATIONS: readonly OperationInput[] = [
  { op: 'randomResizedCrop' },
  { op: 'randomFlip' },
  { op: 'colorJitter', brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
  { op: 'fancyPca' },
  { op: 'normalize' },
  { op: 'randomErasing', probability: 0.5 },
  { op: 'mixup' },
  { op: 'cutmix' },
  { op: 'labelSmoothing' },
];

/** Pixels and targets of a batch of eight made by a long list of operations, as one array of floats. */
export async function augmentedBatch(): Promise<Float32Array<ArrayBuffer>> {
  const image = disc();
  const pipeline = createPipeline(OPERATIONS, {
    preprocessing: {
      resize: { shorterSide: 64 },
      crop: { height: 55, width: 55 },
      channelOrder: 'rgb',
      range: 1,
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
    },
    colors: measureImageColors([image]),
  });
  const records = Array.from({ length: 8 }, (_, i) => ({ id: `${i}`, label: i % 3 }));
  const source = { records, image: async () => image };
  const maker = pipeline.at({ seed: 2012, epoch: 3, first: 0 });
  const { pixels, targets } = await makeBatch(source, [...records.keys()], maker, { classes: 3 });
  return Float32Array.of(...pixels, ...targets);
}
