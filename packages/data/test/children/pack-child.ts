import { createColorAccumulator, createMeanImageAccumulator } from '../../../augment/src/index.js';
import { openDataset, packDataset } from '../../src/index.js';

/** Packs the folder of the first argument into that of the second, saying how far it is. */
const [source = '', folder = ''] = process.argv.slice(2);
const dataset = await openDataset(source);
const measures = { createColorAccumulator, createMeanImageAccumulator };
const onProgress = (done: number) => process.stdout.write(`${done}\n`);
await packDataset(dataset, folder, measures, { size: 32, perShard: 20, onProgress });
