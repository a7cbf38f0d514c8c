import type { Probe } from './probe.js';

/** A file people give that holds no weights this package reads. */
interface OtherFile {
  detect(probe: Probe): boolean | Promise<boolean>;
  /** What it is, and the next step. */
  readonly advice: string;
}

/** Looked for before the formats, since some would take these for a damaged file of their own. */
export const OTHERS: readonly OtherFile[] = [
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
    detect: ({ text }) => /^\s*<(!doctype|html|\?xml|head|body)\b/i.test(text),
    advice: 'a web page saved as weights; download the file itself',
  },
  {
    detect: ({ text }) => /^\s*\{\s*"(error|message|detail|errors)"\s*:/i.test(text),
    advice: 'the answer of a server that refused, saved as weights; download the file again',
  },
  {
    // SavedModel: schema version 1, then a MetaGraphDef; ONNX has counted from 3 since 2017.
    detect: ({ head: [tag, version, next], text }) =>
      tag === 0x08 && version === 1 && next === 0x12 && /serve|saved_model|tensorflow/.test(text),
    advice:
      'the graph of a TensorFlow SavedModel without its numbers; give its folder, or variables/variables.index in it',
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
