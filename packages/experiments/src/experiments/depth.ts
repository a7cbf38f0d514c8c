import type { Experiment } from '../experiment.js';

/** Paper, section 7. */
export const depth: Experiment = {
  name: 'depth',
  title: 'Without one of the middle layers',
  method:
    'One convolution and its ReLU taken out, pools and normalization left where they are; the layer after it sees the maps before it.',
  variants: [
    { name: 'all five' },
    { name: 'without conv2', layers: { conv2: null, relu2: null } },
    { name: 'without conv3', layers: { conv3: null, relu3: null } },
    { name: 'without conv4', layers: { conv4: null, relu4: null } },
    { name: 'without conv5', layers: { conv5: null, relu5: null } },
  ],
  measure: 'validationTop1',
  also: ['trainTop1', 'parameters', 'macs'],
  plot: 'values',
  claims: [
    {
      text: 'Taking out any middle layer costs about 2 % top-1.',
      source: 'paper, section 7',
      expects: ['conv2', 'conv3', 'conv4', 'conv5'].map((layer) => ({
        measure: 'validationTop1' as const,
        variant: 'all five',
        is: 'more' as const,
        than: `without ${layer}`,
      })),
      otherwise:
        'a short run on few images is limited by how fast it learns, and a shallower network learns as fast or faster',
    },
  ],
};
