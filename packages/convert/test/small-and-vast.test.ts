import { writeZip } from '@alexnet/files/zip';
import { describe, expect, it } from 'vitest';
import { openModel } from '../src/index.js';
import { ProtobufWriter } from '../src/protobuf/writer.js';

/** Files that are small, or plain, and would take a reader for ages. */
describe('a file that asks for much', () => {
  const bytesOf = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const key = (name: string) => `X${String.fromCharCode(name.length)}\0\0\0${name}`;
  const pickled = (value: string) =>
    writeZip([
      { name: 'a/data.pkl', data: bytesOf(`\x80\x02${value}.`) },
      { name: 'a/version', data: bytesOf('3\n') },
    ]);
  const safetensors = (header: string) => {
    const json = new TextEncoder().encode(header);
    const bytes = new Uint8Array(8 + json.length + 8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
    bytes.set(json, 8);
    return bytes;
  };

  /** A dict that holds one dict twice, and so on. */
  const dicts = (depth: number): string => {
    const own = `}q${String.fromCharCode(depth)}`;
    if (depth === 0) return own;
    const again = `h${String.fromCharCode(depth - 1)}`;
    return `${own}(${key('a')}${dicts(depth - 1)}${key('b')}${again}u`;
  };
  const tuples = (depth: number): string => (depth === 0 ? '}' : `${tuples(depth - 1)}\x85`);

  const activations = (count: number) =>
    new ProtobufWriter()
      .integer(1, 7)
      .message(7, (graph) => {
        for (let at = 0; at < count; at++) {
          graph.message(1, (node) =>
            node
              .string(1, `t${at}`)
              .string(2, `t${at + 1}`)
              .string(4, 'Relu'),
          );
        }
        graph.string(2, 'g');
        graph.message(11, (input) => input.string(1, 't0'));
        graph.message(12, (output) => output.string(1, `t${count}`));
      })
      .finish();

  it.each([
    ['dicts that share their parts', () => pickled(dicts(30)), 'spells out over a million objects'],
    ['tuples in tuples', () => pickled(tuples(30)), 'holds no named tensors of floats'],
    [
      'a text of 16 MB',
      () =>
        safetensors(
          `{"__metadata__":{"note":"${'x'.repeat(16_000_000)}"},"step":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}`,
        ),
      'holds no tensors of floats',
    ],
    [
      'whole numbers alone',
      () => safetensors('{"step":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}'),
      'holds no tensors of floats',
    ],
    ['9,000 activations', () => activations(9000), 'more than 512 layers'],
  ])('is refused at once: %s', async (_name, make, message) => {
    const reading = openModel(make());
    await expect(reading).rejects.toThrow(expect.objectContaining({ name: 'FormatError' }));
    await expect(reading).rejects.toThrow(message);
  });
});
