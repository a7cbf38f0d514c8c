/** First bytes of the formats browsers decode; `null` stands for any byte. */
const SIGNATURES: readonly (readonly (number | null)[])[] = [
  [0xff, 0xd8, 0xff], // JPEG
  [0x89, 0x50, 0x4e, 0x47], // PNG
  [0x47, 0x49, 0x46, 0x38], // GIF
  [0x42, 0x4d, null, null, null, null, 0, 0, 0, 0], // BMP: its size, then reserved zeros
  [0x52, 0x49, 0x46, 0x46, null, null, null, null, 0x57, 0x45, 0x42, 0x50], // RIFF … WEBP
  [null, null, null, null, 0x66, 0x74, 0x79, 0x70, 0x61, 0x76, 0x69, 0x66], // ftypavif
];

/** Endings of pictures, of those no browser decodes too: what is wrong with one is then said of a picture. */
const ENDINGS = /\.(jpe?g|jfif|png|gif|bmp|webp|avif|hei[cf]|tiff?|svg|jxl|jp2)$/i;

/** Whether a file is an image, by its type, or by its first bytes or ending where the system gave it none. */
export async function isImage(file: File): Promise<boolean> {
  if (file.type) return file.type.startsWith('image/');
  if (ENDINGS.test(file.name)) return true;
  const head = new Uint8Array(await file.slice(0, 12).arrayBuffer());
  return SIGNATURES.some((signature) =>
    signature.every((byte, index) => byte === null || byte === head[index]),
  );
}
