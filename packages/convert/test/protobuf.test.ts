import { describe, expect, it } from 'vitest';
import { readFields, readFloat, readPacked, readText } from '../src/protobuf/reader.js';
import { ProtobufWriter } from '../src/protobuf/writer.js';

const fields = (...bytes: readonly number[]) => [...readFields(Uint8Array.from(bytes))];

describe('protobuf, the examples of its encoding guide', () => {
  it('reads numbers, texts and nested messages', () => {
    expect(fields(0x08, 0x96, 0x01)).toEqual([{ field: 1, kind: 'varint', value: 150 }]);
    const [text] = fields(0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67);
    expect(text).toMatchObject({ field: 2, kind: 'bytes' });
    expect(readText((text as { data: Uint8Array }).data)).toBe('testing');
    expect(fields(0x1a, 0x03, 0x08, 0x96, 0x01)).toEqual([
      { field: 3, kind: 'bytes', data: Uint8Array.of(0x08, 0x96, 0x01) },
    ]);
  });

  it('reads a packed run', () => {
    const run = Uint8Array.of(0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05);
    expect([...readPacked(run)]).toEqual([3, 270, 86_942]);
  });

  it('writes the same bytes', () => {
    const message = new ProtobufWriter()
      .integer(1, 150)
      .string(2, 'testing')
      .message(3, (inner) => inner.integer(1, 150))
      .packed(6, [3, 270, 86_942]);
    expect([...message.finish()]).toEqual([
      ...[0x08, 0x96, 0x01],
      ...[0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67],
      ...[0x1a, 0x03, 0x08, 0x96, 0x01],
      ...[0x32, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05],
    ]);
  });

  it('reads negative numbers, of ten bytes', () => {
    const minusTwo = [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    expect(fields(0x08, ...minusTwo, 0x10, 0x01)).toEqual([
      { field: 1, kind: 'varint', value: -2 },
      { field: 2, kind: 'varint', value: 1 },
    ]);
  });
});

describe('protobuf', () => {
  it('reads several fields in a row, of every width, and numbers past 32 bits', () => {
    // π as a float; field 16 takes two bytes of tag.
    const message = [0x0d, 0xdb, 0x0f, 0x49, 0x40, 0x11, 1, 2, 3, 4, 5, 6, 7, 8, 0x82, 0x01, 0x00];
    const [float, wide, empty] = fields(...message);
    expect(readFloat((float as { data: Uint8Array }).data)).toBeCloseTo(Math.PI, 6);
    expect(wide).toEqual({
      field: 2,
      kind: 'fixed64',
      data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    });
    expect(empty).toEqual({ field: 16, kind: 'bytes', data: new Uint8Array() });
    expect(fields(0x08, 0x80, 0x80, 0x80, 0x80, 0x10)).toEqual([
      { field: 1, kind: 'varint', value: 2 ** 32 },
    ]);
    expect(fields()).toEqual([]);
  });

  it('writes floats, numbers past 32 bits and fields of two bytes of tag', () => {
    const message = new ProtobufWriter()
      .float(1, Math.fround(Math.PI))
      .integer(16, 2 ** 32)
      .integer(1, 127)
      .integer(1, 128);
    expect([...message.finish()]).toEqual([
      ...[0x0d, 0xdb, 0x0f, 0x49, 0x40],
      ...[0x80, 0x01, 0x80, 0x80, 0x80, 0x80, 0x10],
      ...[0x08, 0x7f, 0x08, 0x80, 0x01],
    ]);
  });

  it.each([-1, 0.5, 2 ** 53])('refuses to write %d as an integer', (value) => {
    expect(() => new ProtobufWriter().integer(1, value)).toThrow('whole and not negative');
  });

  it.each([
    [[0x08], 'protobuf: ends inside a number'],
    [[0x08, 0x96], 'protobuf: ends inside a number'],
    [[0x12, 0x02, 0x74], 'protobuf: a field longer than its message'],
    [[0x0d, 1, 2, 3], 'protobuf: a field longer than its message'],
    [[0x11, 1, 2, 3, 4, 5, 6, 7], 'protobuf: a field longer than its message'],
    [[0x12, ...Array(9).fill(0xff), 0x01], 'protobuf: a field longer than its message'],
    [[0x00, 0x01], 'protobuf: a field without number'],
    [[0x0b], 'protobuf: wire type 3'],
    [[0x0f], 'protobuf: wire type 7'],
    [[0x08, ...Array(10).fill(0x80), 0x01], 'protobuf: a number of more than ten bytes'],
  ])('refuses %j', (bytes, message) => {
    expect(() => fields(...bytes)).toThrow(message);
  });
});
