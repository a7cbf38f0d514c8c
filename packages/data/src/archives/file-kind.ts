/** What a file's name says it is. `unknown` ones are told by their first bytes. */
export type FileKind = 'image' | 'unread-image' | 'system' | 'foreign' | 'unknown';

const IMAGE = /\.(jpe?g|jpe|jfif|jif|pjpe?g|pjp|png|apng|webp|gif|avifs?|tiff?|bmp|dib|p[pgbn]m)$/i;
/** Images, of kinds that are not read here. */
const UNREAD_IMAGE =
  /\.(hei[cf]|svgz?|psd|xcf|jp2|j2k|jpx|jxl|ico|tga|exr|hdr|pfm|dcm|nii(\.gz)?|cr2|cr3|nef|arw|orf|rw2|dng|raf|raw)$/i;
/** Files that come with images and are none. */
const FOREIGN =
  /\.(txt|csv|tsv|json|jsonl|xml|ya?ml|md|html?|pdf|docx?|xlsx?|pptx?|rtf|npy|npz|mat|pkl|pickle|h5|hdf5|pth?|ckpt|onnx|py|ipynb|js|ts|m|c|cpp|sh|bat|exe|dll|log|ini|cfg|conf|toml|url|lnk|torrent|db|sqlite|parquet|arrow|tfrec(?:ord)?s?|rec|idx|lst|tar|gz|tgz|zip|rar|7z|bz2|xz|zst|mp[34]|avi|mov|mkv|webm|wav|flac|md5|sha(1|256|512)?|sum|bak|tmp|part|crdownload|cls)$/i;
const FOREIGN_NAMES =
  /^(readme|license|licence|copying|authors|changelog|makefile|notice|checksums?)$/i;
const SYSTEM = /^(\..*|thumbs\.db|ehthumbs\.db|desktop\.ini|icon\r)$/i;

export function fileKind(name: string): FileKind {
  if (SYSTEM.test(name)) return 'system';
  if (IMAGE.test(name)) return 'image';
  if (UNREAD_IMAGE.test(name)) return 'unread-image';
  return FOREIGN.test(name) || FOREIGN_NAMES.test(name) ? 'foreign' : 'unknown';
}

/** True for names that say they are images. Hidden files (`.DS_Store`, `._x.jpg`) are not. */
export function isImageName(name: string): boolean {
  return fileKind(name) === 'image';
}
