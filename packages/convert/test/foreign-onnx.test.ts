import { describe, it } from 'vitest';
import { expectSameLogits, golden, open } from './foreign.js';

const logits = golden('onnx.json');

describe('ONNX files of other tools', () => {
  it.each(Object.keys(logits))('%s gives the logits onnxruntime gives', async (name) => {
    const { file } = await open(`${name}.onnx`, {
      allow: name.startsWith('qdq') ? ['precision'] : [],
    });
    // Of a quantized file the activations are rounded there, not here.
    await expectSameLogits(file, logits[name], name.startsWith('qdq') ? 0.02 : 1e-5);
  });
});
