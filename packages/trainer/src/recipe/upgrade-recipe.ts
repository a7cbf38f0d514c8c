type Json = Readonly<Record<string, unknown>>;

/**
 * A recipe as it is written now, from one of before `augment` was a list, which older runs hold.
 * Training by it makes the same batches and updates, to the bit. Other values are given back as they
 * are.
 */
export function upgradeRecipe(value: unknown): unknown {
  if (!isObject(value) || !isObject(value.augment)) return value;
  const { rateInMomentum, biasRate, labelSmoothing, network, augment, layers, ...kept } = value;
  return {
    ...kept,
    network: upgradeNetwork(network as Json),
    augment: [
      ...upgradeAugment(augment as Json),
      ...(Number(labelSmoothing) > 0 ? [{ op: 'labelSmoothing', amount: labelSmoothing }] : []),
    ],
    learningRateInMomentum: rateInMomentum,
    biasLearningRateFactor: biasRate,
    layers: Object.fromEntries(
      Object.entries((layers ?? {}) as Readonly<Record<string, Json>>).map(([name, layer]) => {
        const { rate, ...rest } = layer;
        return [name, rate === undefined ? rest : { ...rest, learningRateFactor: rate }];
      }),
    ),
  };
}

/** Fields that were all there, `null` for the preset's own choice. */
function upgradeNetwork(network: Json): Json {
  const { preset, conv1Stride, conv1Kernel, conv1Padding, conv1Sd, ...direct } = network;
  const conv1 = given({
    stride: conv1Stride,
    kernelSize: conv1Kernel,
    padding: conv1Padding,
    sd: conv1Sd,
  });
  const modifiers = given(direct);
  return {
    preset,
    modifiers: Object.keys(conv1).length > 0 ? { ...modifiers, conv1 } : modifiers,
  };
}

/**
 * Switches to operations. What was switched off still drew its random numbers, so that the flip stays,
 * with probability 0, and `centerCrop` draws as `randomCrop` does.
 */
function upgradeAugment(augment: Json): readonly Json[] {
  const { crop, flip, colorPca, colorForm, colorEpochs, chunk, randomResizedCrop } = augment;
  const shared = Number(chunk ?? 1) > 1 ? { sharedBy: chunk } : {};
  const place = crop
    ? [{ op: 'centralSquare' }, { op: 'randomCrop', ...shared }]
    : [{ op: 'centerCrop' }];
  return [
    ...(randomResizedCrop ? [{ op: 'randomResizedCrop' }] : [{ op: 'resize' }, ...place]),
    { op: 'randomFlip', ...(flip ? {} : { probability: 0 }), ...shared },
    ...(Number(colorPca) > 0
      ? [
          {
            op: 'fancyPca',
            sd: colorPca,
            ...(colorForm === undefined ? {} : { form: colorForm }),
            ...(Number(colorEpochs ?? 0) > 0 ? { untilEpoch: colorEpochs } : {}),
          },
        ]
      : []),
    { op: 'normalize' },
  ];
}

function given(fields: Json): Json {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  );
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
