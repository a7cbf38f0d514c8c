import {
  costSplit,
  createSpec,
  inferShapes,
  layerTable,
  type NetworkSpec,
  PUBLISHED_NETWORKS,
  vgg16,
} from '@alexnet/model';

/** A claim that needs no training: the layer list settles it. */
export interface ComputedClaim {
  readonly text: string;
  readonly source: string;
  readonly holds: boolean;
  /** The numbers, as computed when the page is written. */
  readonly sentence: string;
}

const count = (value: number) => value.toLocaleString('en-US');
const millions = (value: number) =>
  `${(value / 1e6).toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 })} M`;
const percent = (share: number, digits = 1) => `${(100 * share).toFixed(digits)} %`;

export function parameterClaims(): ComputedClaim[] {
  const alexnet = costSplit(createSpec('alexnet'));
  const lenet = costSplit(createSpec('lenet5'));
  const ratio = alexnet.total.parameters / lenet.total.parameters;
  const { conv, dense, total } = alexnet;
  return [
    {
      text: 'The network has 62 million parameters.',
      source: 'commonly said, of one tower; the paper says 60 million of its two',
      holds: Math.round(total.parameters / 1e6) === 62,
      sentence: `${count(total.parameters)} parameters and ${count(total.macs)} multiply-adds an image at 227 px.`,
    },
    {
      text: '94 % of the parameters are in the dense head, which does 5 % of the arithmetic.',
      source: 'commonly said',
      holds: percent(dense.parameterShare, 0) === '94 %' && percent(dense.macShare, 0) === '5 %',
      sentence: `Dense: ${percent(dense.parameterShare)} of the parameters, ${percent(dense.macShare)} of the multiply-adds. Convolutions: ${percent(conv.parameterShare)} and ${percent(conv.macShare)}.`,
    },
    {
      text: 'LeNet-5 is a thousand times smaller.',
      source: 'commonly said',
      holds: Math.round(ratio / 100) === 10,
      sentence: `LeNet-5 has ${count(lenet.total.parameters)} parameters, ${count(Math.round(ratio))} times fewer.`,
    },
    laterHeads(),
  ];
}

function laterHeads(): ComputedClaim {
  const vgg = costSplit(vgg16());
  const gap = costSplit(createSpec('alexnet', { head: 'gap' }));
  const later = PUBLISHED_NETWORKS.map(({ name, parameters, headParameters }) => ({
    name,
    share: headParameters / parameters,
  }));
  const heads = later.map(({ name, share }) => `${name} ${percent(share)}`).join(', ');
  return {
    text: 'Later networks gave the dense head up.',
    source: 'commonly said',
    holds: vgg.dense.parameterShare > 0.5 && later.every(({ share }) => share < 0.5),
    sentence: `Share of the parameters in dense layers: VGG-16 ${percent(vgg.dense.parameterShare)}, ${heads}. With global average pooling AlexNet itself would have ${millions(gap.total.parameters)} parameters.`,
  };
}

export function kernelClaims(): ComputedClaim[] {
  const spec = createSpec('alexnet');
  const [conv1] = layerTable(spec);
  const { total } = costSplit(spec);
  if (!conv1) throw new Error('alexnet has no layers');
  const [side] = conv1.receptiveField;
  const small = (side - 1) / 2;
  return [
    {
      text: 'The big conv1 filters cost next to no parameters, but much arithmetic.',
      source: 'computed from the layer list',
      holds: conv1.parameters / total.parameters < 0.01 && conv1.macs / total.macs > 0.05,
      sentence: `conv1, ${side}×${side} with stride ${conv1.stride}, holds ${count(conv1.parameters)} parameters (${percent(conv1.parameters / total.parameters, 2)}) and does ${millions(conv1.macs)} multiply-adds (${percent(conv1.macs / total.macs)}).`,
    },
    {
      text: 'Stacked 3×3 filters see as far with fewer weights.',
      source: 'Simonyan and Zisserman 2014, section 2.3',
      holds: Number.isInteger(small) && small * 9 < side ** 2,
      sentence: `${small} layers of 3×3 see ${1 + 2 * small}×${1 + 2 * small} px with ${9 * small} weights for each pair of maps, one ${side}×${side} has ${side ** 2}.`,
    },
  ];
}

export function sizeClaims(): ComputedClaim[] {
  const refusal = refused(() => createSpec('alexnet', { input: 224 }));
  const first = (spec: NetworkSpec) => inferShapes(spec)[0]?.output ?? [];
  const exact = first(createSpec('alexnet', { input: 227 }));
  const source = createSpec('original2012');
  const conv1 = source.layers[0];
  const padding = conv1?.op === 'conv' ? conv1.padding : { bottom: 0, right: 0 };
  const padded = first(source);
  return [
    {
      text: 'The 224 px that the paper names do not fit its first layer; 227 do.',
      source: 'commonly said',
      holds: refusal !== null && exact[0] === 55,
      sentence: `224 is refused: “${refusal ?? 'it is not'}” 227 gives ${exact.join('×')}.`,
    },
    {
      text: 'The published source takes 224 px after all, and fills up the last windows.',
      source: '`layers-145.cfg`, `layer.py:1004`',
      holds: source.input.height === 224 && padded[0] === exact[0],
      sentence: `\`original2012\` pads ${padding.bottom} px below and ${padding.right} to the right: ${padded.join('×')} from ${source.input.height} px.`,
    },
  ];
}

export function towerClaims(): ComputedClaim[] {
  const one = costSplit(createSpec('paper', { groups: 1 })).total;
  const two = costSplit(createSpec('paper')).total;
  const saved = 1 - two.macs / one.macs;
  const fewer = 1 - two.parameters / one.parameters;
  return [
    {
      text: 'At full size the split saves arithmetic, and hardly any parameters.',
      source: 'computed from the layer list',
      holds: saved > 0.2 && fewer < 0.05,
      sentence: `Two towers: ${count(two.parameters)} parameters, ${millions(two.macs)} multiply-adds. The same filters in one: ${count(one.parameters)} and ${millions(one.macs)}. The split saves ${percent(saved)} of the multiply-adds and ${percent(fewer)} of the parameters.`,
    },
  ];
}

function refused(make: () => unknown): string | null {
  try {
    make();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
