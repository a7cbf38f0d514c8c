/** Files that hold images and labels and are not read, by their first bytes, where they have such, and by their names. */
const KINDS: readonly (readonly [kind: string, start: string | null, name: RegExp])[] = [
  ['Parquet', 'PAR1', /\.parquet$/i],
  ['Arrow', 'ARROW1', /\.(arrow|feather)$/i],
  ['a NumPy array', '\x93NUMPY', /\.np[yz]$/i],
  ['HDF5', '\x89HDF', /\.(h5|hdf5)$/i],
  ['a MATLAB file', 'MATLAB', /\.mat$/i],
  ['an IDX file, as of MNIST', '\0\0\x08', /-idx\d(-ubyte)?(\.gz)?$|\.idx\d-ubyte$/i],
  ['TFRecord', null, /\.tfrec(ord)?s?(-\d+-of-\d+)?$/i],
  ['LMDB', null, /^data\.mdb$/i],
];

/** What to do instead. */
export const WRITE_IMAGES = 'write its images into one folder per class, or beside a labels.csv';

/** What a file is whose first eight bytes these are, as Latin-1; null where it may be an archive. */
export function unreadKind(head: string): string | null {
  return KINDS.find(([, start]) => start !== null && head.startsWith(start))?.[0] ?? null;
}

/** An end of a message that names the first of some files that may have images inside it; empty without any. */
export function unreadHint(files: Iterable<string>): string {
  for (const file of [...files].sort()) {
    const found = KINDS.find(([, , name]) => name.test(file));
    if (found !== undefined) return `; ${file} is ${found[0]}, which is not read: ${WRITE_IMAGES}`;
  }
  return '';
}
