import type { Experiment } from '../experiment.js';
import { activation } from './activation.js';
import { augmentation } from './augmentation.js';
import { depth } from './depth.js';
import { dropout } from './dropout.js';
import { fourLayers } from './four-layers.js';
import { groups } from './groups.js';
import { head } from './head.js';
import { ingredients } from './ingredients.js';
import { norm } from './norm.js';
import { pooling } from './pooling.js';
import { tenCrop } from './ten-crop.js';
import { towers } from './towers.js';

/** The experiments in the order of the page that `--all` writes. */
export const EXPERIMENTS: readonly Experiment[] = [
  activation,
  fourLayers,
  dropout,
  pooling,
  augmentation,
  tenCrop,
  ingredients,
  head,
  depth,
  norm,
  groups,
  towers,
];
