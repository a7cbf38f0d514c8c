import { describe, expect, it } from 'vitest';
import { asSource, openModel, saveModel } from '../src/index.js';
import { expectSameLogits, golden, open } from './foreign.js';

const logits = golden('onnx.json');

describe('networks of no preset, written and read again', () => {
  it.each(['pool-padded', 'pool-ceil', 'pool-mean', 'leaky', 'batch-norm-after'])(
    '%s keeps its logits in ONNX without our description, and in TF.js',
    async (name) => {
      const { file } = await open(`${name}.onnx`);
      for (const format of ['onnx', 'tfjs'] as const) {
        const { files } = await saveModel(file, format, {
          name: format === 'onnx' ? 'a.onnx' : 'model.json',
        });
        const [main = '', bytes = new Uint8Array()] = [...files].at(-1) ?? [];
        // Another reader sees the graph alone.
        const text = Buffer.from(bytes).toString('latin1').replaceAll('alexnet', 'elsewhr');
        const beside = async (other: string) => asSource(files.get(other) ?? new Uint8Array());
        const source = {
          name: main,
          bytes: asSource(Uint8Array.from(Buffer.from(text, 'latin1'))),
          beside,
        };
        const { model } = await openModel(source);
        expect(model.spec.layers.map(({ op }) => op)).toEqual(file.spec.layers.map(({ op }) => op));
        await expectSameLogits(model, logits[name]);
      }
    },
  );
});
