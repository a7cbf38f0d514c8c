import { costSplit, type NetworkSpec } from '@alexnet/model';
import { towerLayers } from '../network/change.js';
import { count, percent } from './format.js';

/** One stop of the tour: where to look, what to set there, and what to say with this network's numbers. */
export interface TourStep {
  readonly title: string;
  readonly text: string;
  /** Id of the section to scroll to. */
  readonly section: string;
  readonly layer?: string;
  readonly tenCrop?: boolean;
}

/** The story of the network in eight steps, told with the one that is open. */
export function tourOf(spec: NetworkSpec): TourStep[] {
  const split = costSplit(spec);
  const named = (op: string, fallback: string) =>
    spec.layers.find((layer) => layer.op === op)?.name ?? fallback;
  const activation = spec.layers.find((layer) => layer.op === 'activation');
  const first = spec.layers.find((layer) => layer.op === 'conv');
  const norm = spec.layers.find((layer) => layer.op === 'lrn');
  const batchNorm = spec.layers.find((layer) => layer.op === 'batchnorm');
  const towers = towerLayers(spec).length > 0;
  const withoutHead = headless(spec);
  return [
    {
      title:
        activation?.op === 'activation' && activation.function !== 'relu'
          ? 'The activation'
          : 'ReLU',
      text: `${activation?.name ?? 'The activation'} keeps what is above zero and drops the rest. It does not flatten out for large values as tanh does, so slopes stay alive: the paper’s small test network learned six times faster (section 3.1). Dark maps are units with nothing to say here.`,
      section: 'maps',
      layer: activation?.name ?? named('conv', 'conv1'),
    },
    {
      title: 'Big conv1 filters',
      text: `The first layer looks through windows of ${first?.op === 'conv' ? `${first.kernel[0]} × ${first.kernel[1]} pixels in steps of ${first.stride}` : 'its own size'}. Trained on many images they become edges, waves and color blobs. Later networks reach as far with several small filters in a row.`,
      section: 'filters',
    },
    {
      title: 'Largest or mean?',
      text: 'Pooling makes maps smaller. AlexNet keeps the largest value of overlapping windows; LeCun’s earlier networks took the mean. Both are shown here for one unit: the largest keeps a sharp answer, the mean blurs it.',
      section: 'maps',
      layer: named('pool', 'pool1'),
    },
    {
      title: 'More images out of one',
      text: 'Training sees random crops and mirror images with shifted colors, so that the network does not learn images by heart. Testing averages the answers to ten crops: four corners, the center, and their mirrors. Each crop’s own answer is on the image.',
      section: 'image',
      tenCrop: true,
    },
    {
      title: 'Parameters here, compute there',
      text: `Of ${count(split.total.parameters)} parameters the dense layers hold ${percent(split.dense.parameterShare)}; of the multiply-adds the convolutions do ${percent(split.conv.macShare)}. A filter is used at every place of a map, a dense weight once per image.`,
      section: 'layers',
    },
    {
      title: 'Why the dense head went away',
      text: withoutHead
        ? `With the mean of each last map in place of the hidden dense layers this network would have ${count(withoutHead)} parameters instead of ${count(split.total.parameters)}. Later networks do just that.`
        : 'This network has no hidden dense layers to take away; it already ends the way later networks do.',
      section: 'layers',
    },
    {
      title: 'Neighbors damp each other',
      text: norm
        ? `${norm.name} divides every value by how loud its neighboring maps are at that place. The paper reports 1.4 points less top-1 error with it (section 3.3); later networks left it out.`
        : `The paper let neighboring maps damp each other (local response normalization). This network ${batchNorm ? 'has batch norm in its place, which brings every map to its usual scale (2015)' : 'goes without, as most did later'}.`,
      section: 'maps',
      layer: norm?.name ?? batchNorm?.name ?? named('pool', 'pool1'),
    },
    {
      title: 'Two towers',
      text: towers
        ? 'Two graphics cards of 3 GB each held half of the maps, and most layers saw only their own half. In the published network one half turned to edges, the other to color. Here is what yours did.'
        : 'The paper’s network was cut in two because one graphics card was too small, and its halves specialized in edges and in color. This network is whole, so there is nothing to compare.',
      section: 'towers',
    },
  ];
}

/** Parameters with global average pooling instead of the hidden dense layers; null when there are none. */
function headless(spec: NetworkSpec): number | null {
  const flatten = spec.layers.findIndex(({ op }) => op === 'flatten');
  const dense = spec.layers.filter(({ op }) => op === 'dense');
  const last = dense.at(-1);
  if (flatten < 0 || dense.length < 2 || !last) return null;
  const bare: NetworkSpec = {
    ...spec,
    layers: [...spec.layers.slice(0, flatten), { op: 'globalpool', name: 'gap' }, last],
  };
  return costSplit(bare).total.parameters;
}
