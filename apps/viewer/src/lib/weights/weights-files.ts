import { type ByteSource, detectFormat, type FormatName } from '@alexnet/convert';

/** Files dropped together, sorted by what they are to each other. */
export interface SortedFiles {
  /** Null for one file alone, whose format its reader finds, inside an archive too. */
  readonly format: FormatName | null;
  readonly main: File;
  /** Caffe's mean image and net, or `batches.meta` of cuda-convnet, by the option that takes it. */
  readonly companions: Readonly<Partial<Record<'mean' | 'meta' | 'prototxt', File>>>;
}

interface Found {
  readonly file: File;
  readonly format: FormatName | 'caffe-mean' | null;
}

/** Parts that belong to another file, whatever their bytes look like. */
const PART = /\.data-\d{5}-of-\d{5}$|-\d{5}-of-\d{5}\.safetensors$|\.bin$|\.data$/;
const PROTOTXT = /\.prototxt(\.txt)?$/i;
const CONVNET_META = /^batches\.meta$|\.meta$/;

/**
 * Finds which of some files is the network. The others are found by name when its reader asks.
 *
 * @throws Error with one clear line when none is, or several are
 */
export async function sortFiles(
  files: readonly File[],
  open: (file: File) => ByteSource,
): Promise<SortedFiles> {
  const found: Found[] = [];
  for (const file of files) {
    const source = open(file);
    if (source.size === 0) throw new Error(`${file.name} is empty.`);
    const part = PART.test(file.name) && files.length > 1;
    found.push({ file, format: part ? null : await detectFormat(source) });
  }
  const [only] = found;
  if (files.length === 1 && only && only.format !== 'caffe-mean' && !isStrayPart(only)) {
    return { format: null, main: only.file, companions: {} };
  }
  const isMeta = ({ file, format }: Found) =>
    files.length > 1 && format === 'cuda-convnet' && CONVNET_META.test(file.name);
  const mean = found.find(({ format }) => format === 'caffe-mean')?.file;
  const meta = found.find(isMeta)?.file;
  const prototxt = files.length > 1 ? files.find(({ name }) => PROTOTXT.test(name)) : undefined;
  const networks = found.filter(
    ({ file, format }) => format !== null && ![mean, meta, prototxt].includes(file),
  );
  const [network, other] = networks;
  if (other) {
    const names = networks.map(({ file }) => file.name).join(', ');
    throw new Error(`These are several networks (${names}). Drop one at a time.`);
  }
  if (network?.format && network.format !== 'caffe-mean') {
    return {
      format: network.format,
      main: network.file,
      companions: {
        ...(mean && { mean }),
        ...(meta && { meta }),
        ...(prototxt && { prototxt }),
      },
    };
  }
  const name = files[0]?.name ?? 'The file';
  if (mean) throw new Error(`${mean.name} is a mean image. Drop the .caffemodel together with it.`);
  if (files.some((file) => PART.test(file.name))) {
    throw new Error(
      `${name} is one part of a model. Drop the file that describes it too (model.json, .index, .index.json or .onnx).`,
    );
  }
  const names = files.map((file) => file.name).join(', ');
  throw new Error(`None of ${names} is a file of weights this page knows. Drop one at a time.`);
}

/** A file alone that looks like part of another, and not like a network. */
function isStrayPart({ file, format }: Found): boolean {
  return format === null && PART.test(file.name);
}
