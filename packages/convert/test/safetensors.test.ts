import { describe, expect, it } from 'vitest';
import { float16ToFloat32, float32ToFloat16, toFloat16 } from '../src/float16.js';
import { decodeSafetensors, encodeSafetensors, FormatError } from '../src/index.js';
import { fixture } from './golden.js';

const text = new TextEncoder();

/** A file from header text and data bytes, with no check at all. */
function file(json: string, dataBytes = 0): Uint8Array {
  const header = text.encode(json);
  const bytes = new Uint8Array(8 + header.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  return bytes;
}

function patched(bytes: Uint8Array, index: number, value: number): Uint8Array {
  const copy = bytes.slice();
  copy[index] = value;
  return copy;
}

const f32 = (begin: number, end: number, shape = [(end - begin) / 4]) =>
  `{"dtype":"F32","shape":[${shape}],"data_offsets":[${begin},${end}]}`;

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof FormatError) return error.code;
    throw error;
  }
  return 'success';
}

describe('encodeSafetensors', () => {
  it('writes these exact bytes for one tensor', () => {
    const tensor = {
      dtype: 'F32',
      shape: [1, 2],
      data: new Uint8Array([0, 0, 128, 63, 0, 0, 0, 192]),
    } as const;
    const header =
      '{"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}       ';
    const expected = [88, 0, 0, 0, 0, 0, 0, 0, ...text.encode(header), 0, 0, 128, 63, 0, 0, 0, 192];
    const bytes = encodeSafetensors(new Map([['w', tensor]]), new Map([['k', 'v']]));
    expect(Array.from(bytes)).toEqual(expected);
  });

  it('reproduces a file of the Python library byte for byte, whatever order it is given', () => {
    const python = fixture('python.safetensors');
    const { tensors, metadata } = decodeSafetensors(python);
    expect([...tensors].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
      ['10', 'F64', []],
      ['2', 'F32', [0, 3]],
      ['b', 'F32', [2, 3]],
      ['a', 'F16', [4]],
      ['ünï', 'BOOL', [3]],
    ]);
    expect(encodeSafetensors(new Map([...tensors].reverse()), metadata)).toEqual(python);
  });

  it('refuses data that contradict the shape', () => {
    const tensor = { dtype: 'F32', shape: [2], data: new Uint8Array(4) } as const;
    expect(codeOf(() => encodeSafetensors(new Map([['w', tensor]])))).toBe('bad-shape');
  });
});

describe('decodeSafetensors refuses', () => {
  const cases: [name: string, code: string, bytes: Uint8Array][] = [
    ['an empty file', 'truncated', new Uint8Array()],
    ['a web page', 'not-this-format', text.encode('<!DOCTYPE html><html></html>')],
    ['a header longer than the file', 'truncated', patched(file('{}'), 0, 200)],
    ['a header of 64 TB', 'too-large', patched(file('{}'), 5, 64)],
    ['a header that is a list', 'not-this-format', file('[]')],
    ['broken JSON', 'bad-json', file('{"w":}')],
    ['bytes that are not UTF-8', 'bad-header', patched(file('{"w":1}'), 10, 255)],
    ['a name given twice', 'duplicate-name', file(`{"w":${f32(0, 4)},"\\u0077":${f32(0, 4)}}`, 4)],
    [
      'a dtype given twice',
      'duplicate-name',
      file(`{"w":${f32(0, 4).replace('}', ',"dtype":"F32"}')}}`, 4),
    ],
    ['__proto__ as a name', 'forbidden-name', file(`{"__proto__":${f32(0, 4)}}`, 4)],
    ['__proto__ in disguise', 'forbidden-name', file(`{"\\u005f_proto__":${f32(0, 4)}}`, 4)],
    ['constructor in metadata', 'forbidden-name', file('{"__metadata__":{"constructor":"x"}}')],
    ['a metadata value that is no string', 'bad-header', file('{"__metadata__":{"k":1}}')],
    ['an unknown dtype', 'bad-dtype', file(`{"w":${f32(0, 4).replace('F32', 'F31')}}`, 4)],
    ['an inherited dtype', 'bad-dtype', file(`{"w":${f32(0, 4).replace('F32', 'toString')}}`, 4)],
    ['an unknown field', 'bad-header', file(`{"w":${f32(0, 4).replace('}', ',"x":1}')}}`, 4)],
    ['a missing shape', 'bad-header', file('{"w":{"dtype":"F32","data_offsets":[0,4]}}', 4)],
    ['a negative side', 'bad-shape', file(`{"w":${f32(0, 4, [-1])}}`, 4)],
    ['a fractional side', 'bad-shape', file(`{"w":${f32(0, 4, [0.5, 2])}}`, 4)],
    ['an overflowing shape', 'too-large', file(`{"w":${f32(0, 4, [2 ** 40, 2 ** 40])}}`, 4)],
    ['a shape larger than its bytes', 'bad-shape', file(`{"w":${f32(0, 4, [2])}}`, 4)],
    ['offsets that run backwards', 'bad-offset', file(`{"w":${f32(4, 0, [1])}}`, 4)],
    ['a hole', 'bad-offset', file(`{"a":${f32(0, 4)},"b":${f32(8, 12)}}`, 12)],
    ['an overlap', 'bad-offset', file(`{"a":${f32(0, 8)},"b":${f32(4, 12)}}`, 12)],
    ['bytes nobody owns', 'bad-offset', file(`{"w":${f32(0, 4)}}`, 5)],
    ['missing data', 'truncated', file(`{"w":${f32(0, 8)}}`, 4)],
    ['deep nesting', 'too-large', file(`{"w":${'['.repeat(99)}${']'.repeat(99)}}`)],
  ];
  it.each(cases)('%s (%s)', (_name, code, bytes) => {
    expect(codeOf(() => decodeSafetensors(bytes))).toBe(code);
  });

  it('every truncation of a real file, and survives every bit flip', () => {
    const python = fixture('python.safetensors');
    for (let end = 0; end < python.length; end++) {
      expect(codeOf(() => decodeSafetensors(python.subarray(0, end)))).not.toBe('success');
    }
    for (let bit = 0; bit < python.length * 8; bit++) {
      const flipped = patched(python, bit >> 3, (python[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
      codeOf(() => decodeSafetensors(flipped)); // throws on anything but FormatError
    }
  });
});

describe('float16', () => {
  it('keeps every half exactly', () => {
    for (let half = 0; half < 0x10000; half++) {
      const value = float16ToFloat32(half);
      if (!Number.isNaN(value)) expect(float32ToFloat16(value)).toBe(half);
    }
  });

  it('rounds halfway cases to even, as numpy does', () => {
    expect(float32ToFloat16(1 + 2 ** -11)).toBe(0x3c00);
    expect(float32ToFloat16(1 + 3 * 2 ** -11)).toBe(0x3c02);
    expect(float32ToFloat16(2 ** -25)).toBe(0x0000);
    expect(float32ToFloat16(3 * 2 ** -25)).toBe(0x0002);
    expect(float32ToFloat16(65519)).toBe(0x7bff);
    expect(float32ToFloat16(65520)).toBe(0x7c00);
  });

  it('refuses a weight that would become infinite', () => {
    expect(codeOf(() => toFloat16(new Float32Array([1e6]), 'fc8.bias'))).toBe('out-of-range');
  });
});
