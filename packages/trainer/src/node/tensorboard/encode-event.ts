/** A value of a summary: a number, or a PNG image. */
export type SummaryValue =
  | { readonly tag: string; readonly scalar: number }
  | { readonly tag: string; readonly png: Uint8Array };

/** What one record of an event file says (tensorflow/core/util/event.proto). */
export interface TensorboardEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
  readonly body:
    | { readonly fileVersion: string }
    /** A (re)start: readers drop everything they read before with this step or a later one. */
    | { readonly sessionStart: true }
    | { readonly summary: readonly SummaryValue[] };
}

/** Field numbers of event.proto and summary.proto. */
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 } as const;
const SESSION_LOG = { status: 1, start: 1 } as const;
const SUMMARY = { value: 1 } as const;
const VALUE = { tag: 1, simpleValue: 2, image: 4 } as const;
const IMAGE = { height: 1, width: 2, colorSpace: 3, encoded: 4, rgba: 4 } as const;

/** The protobuf bytes of an event, fields in order of number. */
export function encodeEvent({ wallTime, step, body }: TensorboardEvent): Uint8Array {
  const head = [double(EVENT.wallTime, wallTime), integer(EVENT.step, step)];
  if ('fileVersion' in body) head.push(text(EVENT.fileVersion, body.fileVersion));
  else if ('sessionStart' in body) {
    head.push(bytes(EVENT.sessionLog, integer(SESSION_LOG.status, SESSION_LOG.start)));
  } else {
    const values = body.summary.map((value) => bytes(SUMMARY.value, encodeValue(value)));
    head.push(bytes(EVENT.summary, Buffer.concat(values)));
  }
  return Buffer.concat(head);
}

function encodeValue(value: SummaryValue): Uint8Array {
  const tag = text(VALUE.tag, value.tag);
  if ('scalar' in value) return Buffer.concat([tag, float(VALUE.simpleValue, value.scalar)]);
  return Buffer.concat([tag, bytes(VALUE.image, encodeImage(value.png))]);
}

/** Width and height stand at bytes 16 and 20 of every PNG (the IHDR chunk comes first). */
function encodeImage(png: Uint8Array): Uint8Array {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  return Buffer.concat([
    integer(IMAGE.height, view.getUint32(20)),
    integer(IMAGE.width, view.getUint32(16)),
    integer(IMAGE.colorSpace, IMAGE.rgba),
    bytes(IMAGE.encoded, png),
  ]);
}

/** Protobuf wire types (protobuf.dev/programming-guides/encoding). */
const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

function varint(value: number): Uint8Array {
  const out: number[] = [];
  let rest = BigInt(value);
  do {
    const more = rest > 0x7fn;
    out.push(Number(rest & 0x7fn) | (more ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Uint8Array.from(out);
}

const key = (field: number, wire: number) => varint((field << 3) | wire);

function integer(field: number, value: number): Uint8Array {
  return Buffer.concat([key(field, WIRE.varint), varint(value)]);
}

function double(field: number, value: number): Uint8Array {
  const fixed = Buffer.alloc(8);
  fixed.writeDoubleLE(value);
  return Buffer.concat([key(field, WIRE.fixed64), fixed]);
}

function float(field: number, value: number): Uint8Array {
  const fixed = Buffer.alloc(4);
  fixed.writeFloatLE(value);
  return Buffer.concat([key(field, WIRE.fixed32), fixed]);
}

function bytes(field: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([key(field, WIRE.bytes), varint(content.length), content]);
}

function text(field: number, content: string): Uint8Array {
  return bytes(field, Buffer.from(content, 'utf8'));
}
