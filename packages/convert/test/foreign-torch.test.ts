import { describe, expect, it } from 'vitest';
import type { FormatErrorCode, OpenModelOptions } from '../src/index.js';
import { expectSameLogits, golden, open } from './foreign.js';

const logits = {
  ...golden('torch.json'),
  ...golden('torch-parameters.json'),
  ...golden('torch-wrapped.json'),
  ...golden('changed.json'),
};
const torchvision = { preset: 'torchvision' } as const;
const sized = { modifiers: { input: 224 } } as const;

describe('files of torch that say more than shapes do', () => {
  it.each([
    ['own-names.safetensors', torchvision],
    ['compiled.pth', torchvision],
    ['averaged.pth', torchvision],
    ['module-norm-behind.pth', sized],
    ['module-mean-head.pth', sized],
    ['parameter-dict.pth', torchvision],
    ['parameter-dict-whole.pth', torchvision],
    ['parameter-pairs.pth', torchvision],
    ['own-one-by-one.pth', { ...torchvision, ...sized }],
    ['parameter-attributes.pth', torchvision],
    ['settings-first.pth', torchvision],
    ['pruned.pth', torchvision],
    ['gray.pth', torchvision],
    ['module-gray.pth', {}],
    ['module-gray.pth', sized],
    ['module-sigmoid.pth', {}],
    ['one-logit.pth', { ...torchvision, allow: ['architecture'] }],
    ['module-sigmoids.pth', { ...sized, allow: ['architecture'] }],
    ['module-added.pth', {}],
    ['module-added.pth', sized],
    ['module-pruned.pth', {}],
    ['module-compiled.pth', {}],
  ] satisfies [string, OpenModelOptions][])(
    '%s gives the logits torch gives',
    async (name, options) => {
      const { file } = await open(name, options);
      await expectSameLogits(file, logits[name]);
    },
  );

  it('names what it left out beside the network', async () => {
    const { notes } = await open('averaged.pth', torchvision);
    expect(notes.find(({ code }) => code === 'dropped-tensor')?.detail).toContain('state_dict_ema');
  });

  it.each([
    ['own-one-by-one-normed.pth', sized, 'not-allowed', 'calls as a function'],
    ['own-prepared.pth', sized, 'not-allowed', '"mean" belongs to no layer'],
    ['own-prepared.safetensors', torchvision, 'not-allowed', '"mean" has no place'],
    ['prepared-outside.pth', torchvision, 'not-allowed', '"normalize.mean" has no place'],
    ['temperature.pth', torchvision, 'not-allowed', '"temperature" has no place'],
    ['weight-norm.pth', torchvision, 'unsupported', 'parametrize.remove_parametrizations'],
    ['one-logit.pth', torchvision, 'not-allowed', 'does not say that a sigmoid follows'],
    ['module-sigmoids.pth', sized, 'not-allowed', 'answers each class for itself'],
    ['quantized.pth', torchvision, 'unsupported', 'is of a quantized network'],
    ['sparse.pth', torchvision, 'unsupported', 'kept as torch._utils._rebuild_sparse_tensor'],
    ['bias-of-numpy.pth', torchvision, 'unsupported', '"features.3.bias" is kept as numpy'],
    ['own-shared-leaky.pth', torchvision, 'not-allowed', 'has a relu of slope 0.2'],
    ['norm-behind.pth', torchvision, 'not-allowed', 'does not come right behind "features.0"'],
    ['parameter-pairs.pth', {}, 'ambiguous', 'its names are not those of torchvision'],
    ['twice.pth', torchvision, 'ambiguous', '"teacher" and "student"'],
    ['twice-flat.pth', torchvision, 'ambiguous', '"ema" and the rest'],
    ['module-relu6.pth', sized, 'unsupported', 'ReLU6'],
    ['module-softmax-inside.pth', sized, 'unsupported', 'is not the last of the layers'],
    ['module-twice-softmax.pth', {}, 'unsupported', 'is not the last of the layers'],
    ['module-hook.pth', {}, 'not-allowed', 'the hook mynet.halved runs with "3"'],
    [
      'module-mean-head.pth',
      { modifiers: { ...sized.modifiers, pool: 'avg' } },
      'unsupported',
      'has pool max, not avg',
    ],
  ] satisfies [string, OpenModelOptions, FormatErrorCode, string][])(
    '%s is not guessed',
    async (name, options, code, message) => {
      const reading = open(name, options);
      await expect(reading).rejects.toThrow(expect.objectContaining({ code }));
      await expect(reading).rejects.toThrow(message);
    },
  );
});
