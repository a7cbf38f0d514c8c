import type { ByteSource } from '@alexnet/files';
import { type Probe, probe } from './probe.js';

/** A file people give that holds no weights this package reads. */
interface OtherFile {
  detect(probe: Probe): boolean | Promise<boolean>;
  /** What it is, and the next step. */
  readonly advice: string;
}

/** Tag of field 1 of a protobuf message where it is a text or a message itself. */
const MESSAGE = 0x0a;

/** Where a number of 7 bits a byte that starts at `at` has ended. */
function afterVarint(bytes: Uint8Array, at: number): number {
  let end = at;
  while ((bytes[end] ?? 0) >= 0x80) end++;
  return end + 1;
}

/** Four bytes, little-endian; not a number behind the end. */
function uint32(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) return Number.NaN;
  return new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true);
}

/** A byte of a tag that opens a text or message, and where its content starts. */
function opened(bytes: Uint8Array, at: number): { readonly tag: number; readonly start: number } {
  return { tag: bytes[at] ?? 0, start: afterVarint(bytes, at + 1) };
}

/**
 * A Model of Core ML: a version, then a description that starts with an input, which starts with its
 * name. Where a SavedModel (always version 1) has a text in that place, the type of an input follows
 * here. Source of the fields: Model.proto and FeatureTypes.proto of Core ML.
 */
function isCoreMl(head: Uint8Array): boolean {
  if (head[0] !== 0x08 || (head[1] ?? 0) >= 0x80 || head[2] !== 0x12) return false;
  const input = opened(head, afterVarint(head, 3));
  const name = opened(head, input.start);
  if (input.tag !== MESSAGE || name.tag !== MESSAGE) return false;
  const after = name.start + (head[name.start - 1] ?? 0);
  return head[after] === 0x12 || head[after] === 0x1a;
}

/** Looked for before the formats, since some would take these for a damaged file of their own. */
const OTHERS: readonly OtherFile[] = [
  {
    detect: ({ head }) => head.length === 0,
    advice: 'empty; download or save it again',
  },
  {
    detect: async ({ head: [a, b, c, d], members }) =>
      a === 0x50 && b === 0x4b && c === 0x03 && d === 0x04 && (await members()).length === 0,
    advice: 'a zip archive that ends before its list of files; download it again',
  },
  {
    detect: ({ text }) => text.startsWith('version https://git-lfs.github.com/spec/'),
    advice: 'a pointer of Git LFS, not the file itself; fetch it with git lfs pull',
  },
  {
    // What an HTML parser takes for a page, XHTML among it; other XML is no page.
    detect: ({ text }) => /^(\s|<\?xml[^>]*>)*<(!doctype\s+html|html|head|body)\b/i.test(text),
    advice: 'a web page saved as weights; download the file itself',
  },
  {
    detect: ({ text }) =>
      /^\s*\{\s*"(error|message|detail|errors)"\s*:|^(\s|<\?xml[^>]*>)*<Error>/i.test(text),
    advice: 'the answer of a server that refused, saved as weights; download the file again',
  },
  {
    // SavedModel: schema version 1, then a MetaGraphDef that starts with its MetaInfoDef, where ONNX has a name.
    detect: ({ head }) =>
      head[0] === 0x08 &&
      head[1] === 1 &&
      head[2] === 0x12 &&
      head[afterVarint(head, 3)] === MESSAGE &&
      !isCoreMl(head),
    advice:
      'the graph of a TensorFlow SavedModel without its numbers; give its folder, or variables/variables.index in it',
  },
  {
    // GraphDef: a NodeDef's name and operator.
    detect: ({ head, text }) => {
      const node = afterVarint(head, 1);
      if (head[0] !== MESSAGE || head[node] !== MESSAGE) return false;
      const operator = node + 2 + (head[node + 1] ?? 0);
      const name = text.slice(operator + 2, operator + 2 + (head[operator + 1] ?? 0));
      return (
        head[operator] === 0x12 && /^(Placeholder|Const|Identity|NoOp|VariableV?2?)$/.test(name)
      );
    },
    advice:
      'a frozen graph of TensorFlow (.pb); give the checkpoint or the folder of the SavedModel it was made from, or an .onnx that tf2onnx makes of it',
  },
  {
    detect: ({ text }) => text.startsWith('TFL3', 4),
    advice: 'a model of TensorFlow Lite (.tflite); give the model it was made from',
  },
  {
    detect: ({ head }) => isCoreMl(head),
    advice: 'a model of Core ML (.mlmodel); give the model it was made from',
  },
  {
    detect: ({ text }) => /^(\s|<\?xml[^>]*>)*<net\s+name=/.test(text),
    advice:
      'the description of a network for OpenVINO (.xml); give the .onnx or the model it was made from',
  },
  {
    // kMXAPINDArrayListMagic, 8 bytes.
    detect: ({ text }) => text.startsWith('\x12\x01\0\0\0\0\0\0'),
    advice: 'parameters of MXNet (.params); give an .onnx that MXNet exports of the network',
  },
  {
    // Version 0.1 or 0.2 and a revision, 4 bytes each: save_weights_upto of Darknet.
    detect({ head }) {
      const [major, minor = 0, revision = 0] = [0, 4, 8].map((at) => uint32(head, at));
      return major === 0 && (minor === 1 || minor === 2) && revision <= 5;
    },
    advice: 'weights of Darknet (.weights); give the network in another format, such as .onnx',
  },
  {
    detect: ({ text }) => /^7767517\s/.test(text),
    advice: 'the description of a network for ncnn (.param); give the model it was made from',
  },
  {
    // SolverState: the iteration, then the name of the caffemodel it belongs to.
    detect: ({ head: [tag], text }) => tag === 0x08 && /\.caffemodel/.test(text.slice(0, 256)),
    advice: 'the state of a solver of Caffe (.solverstate); give the .caffemodel of the same name',
  },
  {
    detect: ({ text }) =>
      /^(\s*#[^\n]*\n)*\s*(name|layers?|input|input_shape|input_dim)\s*[:{]/.test(text),
    advice:
      'the description of a Caffe net (.prototxt), which holds no weights; give its .caffemodel',
  },
  {
    detect: async ({ members }) =>
      (await members()).some((name) =>
        /(^|\/)(serialized_exported_program\.json|archive_format)$|\/models\/[^/]+\.json$/.test(
          name,
        ),
      ),
    advice: 'a program of torch.export (.pt2); save the state_dict of its module',
  },
  {
    detect: async ({ members }) =>
      (await members()).some((name) => /(^|\/)constants\.pkl$/.test(name)),
    advice: 'a TorchScript archive; load it with torch.jit.load and save its state_dict()',
  },
];

/** What a file without weights is, and the next step; null for one that may hold some. */
export async function adviceOn(bytes: ByteSource): Promise<string | null> {
  const found = await probe(bytes);
  for (const { detect, advice } of OTHERS) if (await detect(found)) return advice;
  return null;
}
