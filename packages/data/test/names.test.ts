import { describe, expect, it, test } from 'vitest';
import { type FileKind, fileKind } from '../src/archives/file-kind.js';
import { isToolFolder } from '../src/archives/folder-tree.js';
import { describeUnread, imageFormat } from '../src/decode/image-format.js';
import { isWrapperName, readSplitName } from '../src/sources/split-names.js';

describe('what a name says a file is', () => {
  const KINDS: readonly (readonly [FileKind, string])[] = [
    ['image', 'jpg jpeg jpe jfif jif pjpeg pjpg pjp png apng webp gif avif avifs tif tiff bmp dib'],
    ['image', 'ppm pgm pbm pnm'],
    ['unread-image', 'heic heif svg svgz psd xcf jp2 j2k jpx jxl ico tga exr hdr pfm dcm nii'],
    ['unread-image', 'nii.gz cr2 cr3 nef arw orf rw2 dng raf raw'],
    ['foreign', 'txt csv tsv json jsonl xml yaml yml md htm html pdf doc docx xls xlsx ppt pptx'],
    ['foreign', 'rtf npy npz mat pkl pickle h5 hdf5 pt pth ckpt onnx py ipynb js ts m c cpp sh'],
    ['foreign', 'bat exe dll log ini cfg conf toml url lnk torrent db sqlite parquet arrow'],
    ['foreign', 'tfrecord tfrecords rec idx lst tar gz tgz zip rar 7z bz2 xz zst mp3 mp4 avi mov'],
    ['foreign', 'mkv webm wav flac md5 sha sha1 sha256 sha512 sum bak tmp part crdownload cls'],
  ];
  it.each(
    KINDS.flatMap(([kind, list]) => list.split(' ').map((ending) => [ending, kind] as const)),
  )('.%s is of the kind %s', (ending, kind) => {
    expect(fileKind(`a.${ending}`)).toBe(kind);
    expect(fileKind(`A.B.${ending.toUpperCase()}`)).toBe(kind);
    // The ending decides, not what stands before it or is like it.
    expect(fileKind(`a.${ending}_large`)).toBe('unknown');
    expect(fileKind(`a${ending.replace('.', '')}`)).toBe('unknown');
  });

  it.each<[string, FileKind]>([
    ['README', 'foreign'],
    ['License', 'foreign'],
    ['LICENCE', 'foreign'],
    ['checksum', 'foreign'],
    ['checksums', 'foreign'],
    ['readme of cats', 'unknown'],
    ['my notice', 'unknown'],
    ['.DS_Store', 'system'],
    ['._cat.jpg', 'system'],
    ['Thumbs.db', 'system'],
    ['ehthumbs.db', 'system'],
    ['Desktop.ini', 'system'],
    ['Icon\r', 'system'],
    ['desktop.ini.jpg', 'image'],
    ['thumbs.db.png', 'image'],
    ['mythumbs.db', 'foreign'],
    ['cat', 'unknown'],
  ])('%j is of the kind %s', (name, kind) => {
    expect(fileKind(name)).toBe(kind);
  });
});

test.each([
  ['__MACOSX', true],
  ['__pycache__', true],
  ['lost+found', true],
  ['$RECYCLE.BIN', true],
  ['System Volume Information', true],
  ['node_modules', true],
  ['.git', true],
  ['@eaDir', true],
  ['#recycle', true],
  ['~backup', true],
  ['cats@home', false],
  ['c#', false],
  ['cvs-receipts', false],
])('the folder %s is a tool’s: %s', (name, is) => {
  expect(isToolFolder(name)).toBe(is);
});

describe('what a folder’s name says its images are for', () => {
  it.each([
    ['train', 'train', ''],
    ['Training', 'train', ''],
    ['TRAIN_DATA', 'train', ''],
    ['seg_train', 'train', ''],
    ['train2012', 'train', ''],
    ['trainval', 'train', ''],
    ['trn', 'train', ''],
    ['validSet', 'validation', ''],
    ['valImages', 'validation', ''],
    ['valset', 'validation', ''],
    ['devdata', 'validation', ''],
    ['validationimgs', 'validation', ''],
    ['holdout', 'validation', ''],
    ['test 1', 'test', ''],
    ['Test Images', 'test', ''],
    ['ｔｅｓｔ', 'test', ''],
    ['tst', 'test', ''],
    ['seg_pred', 'unlabeled', ''],
    ['unlabelled', 'unlabeled', ''],
    ['birds-train', 'train', 'birds'],
    ['train of song birds', 'train', 'song birds'],
  ])('%s: %s', (name, kind, rest) => {
    expect(readSplitName(name)).toEqual({ kind, rest });
  });

  it.each([
    'cat',
    'training wheels test',
    'latest',
    'contest',
    'retrain',
    'testate',
    '2012',
    '',
    'constructor',
  ])('%s: none', (name) => {
    expect(readSplitName(name)).toBeNull();
  });

  it.each([
    ['images', true],
    ['all_images 2', true],
    ['train', true],
    ['JPEGImages', true],
    ['cats', false],
    ['cat images', false],
    ['001', false],
    ['2', false],
  ])('%s is a wrapper: %s', (name, is) => {
    expect(isWrapperName(name)).toBe(is);
  });
});

describe('what the first bytes say a file is', () => {
  const bytes = (text: string) => Buffer.from(text.padEnd(32, '.'), 'latin1');
  it.each([
    ['\xff\xd8\xff\xe0', 'jpeg'],
    ['\x89PNG\r\n\x1a\n', 'png'],
    ['GIF87a', 'gif'],
    ['RIFF1234WEBPVP8 ', 'webp'],
    ['\0\0\0\x20ftypavif', 'avif'],
    ['\0\0\0\x20ftypmif1', 'avif'],
    ['II*\0', 'tiff'],
    ['MM\0*', 'tiff'],
    ['II+\0', 'tiff'],
    ['MM\0+', 'tiff'],
    ['BM............\x28\0\0\0', 'bmp'],
    ['BM............\x0c\0\0\0', 'bmp'],
    ['P1\n', 'pnm'],
    ['P6 ', 'pnm'],
    ['P3#', 'pnm'],
  ])('%j: %s', (head, format) => {
    expect(imageFormat(bytes(head))).toBe(format);
  });

  it.each([
    '\xff\xd8x',
    '\x89PNG\n',
    'RIFF1234WAVE',
    'WEBP',
    '\0\0\0\x20ftypmp42',
    '\0\0\0\x20xxxxavif',
    '\0\0\0\x20ftypavis',
    'II*x',
    'BM............\x29\0\0\0',
    'BM............\x28\0\0x',
    'xBM...........\x28\0\0\0',
    'P7\n',
    'P0\n',
    'P6x',
    ' P6 ',
  ])('%j: nothing that is read', (head) => {
    expect(imageFormat(bytes(head))).toBeNull();
  });

  const CONVERT = ', which is not read; convert it to JPEG or PNG';
  it.each([
    ['\0\0\0\x20ftypheic', `HEIC${CONVERT}`],
    ['\0\0\0\x20ftypavis', `a moving AVIF${CONVERT}`],
    ['\0\0\0\x0cjP  ', `JPEG 2000${CONVERT}`],
    ['\xff\x4f\xff\x51', `JPEG 2000${CONVERT}`],
    ['\0\0\0\x0cJXL ', `JPEG XL${CONVERT}`],
    ['\xff\x0a', `JPEG XL${CONVERT}`],
    ['8BPS', `Photoshop${CONVERT}`],
    ['\n <svg', `SVG${CONVERT}`],
    ['<?XML', `SVG${CONVERT}`],
    ['<!doctype svg', `SVG${CONVERT}`],
    [' <!DOCTYPE HTML', `a web page${CONVERT}`],
    ['<html', `a web page${CONVERT}`],
    ['x<html', 'not JPEG, PNG, WebP, GIF, AVIF, TIFF, BMP or PPM'],
    ['x<svg', 'not JPEG, PNG, WebP, GIF, AVIF, TIFF, BMP or PPM'],
    ['a 8BPS', 'not JPEG, PNG, WebP, GIF, AVIF, TIFF, BMP or PPM'],
  ])('%j is %s', (head, text) => {
    expect(describeUnread(bytes(head))).toBe(text);
  });

  it('no bytes are an empty file', () => {
    expect(describeUnread(new Uint8Array())).toBe('empty file');
  });
});
