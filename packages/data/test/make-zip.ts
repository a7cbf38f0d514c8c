import { crc32, deflateRawSync } from 'node:zlib';

/** What an entry may say that is not so. */
interface ZipLies {
  readonly size?: number;
  readonly crc?: number;
  readonly method?: number;
  /** Unix mode. */
  readonly mode?: number;
}

/** A zip file: names that end in `.JPEG` are stored, others deflated, as Info-ZIP would choose. */
export function makeZip(
  files: Readonly<Record<string, Uint8Array | string>>,
  lies: Readonly<Record<string, ZipLies>> = {},
): Buffer {
  const body: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [path, content] of Object.entries(files)) {
    const name = Buffer.from(path);
    const plain = Buffer.from(content);
    const method = path.endsWith('.JPEG') || plain.length === 0 ? 0 : 8;
    const data = method === 0 ? plain : deflateRawSync(plain);
    const { size = plain.length, crc = crc32(plain), mode = 0o100644 } = lies[path] ?? {};
    // Method to name length, the same in both headers (APPNOTE.TXT 4.3.7 and 4.3.12).
    const common = Buffer.alloc(22);
    common.writeUInt16LE(lies[path]?.method ?? method, 0);
    common.writeUInt32LE(crc, 6);
    common.writeUInt32LE(data.length, 10);
    common.writeUInt32LE(size, 14);
    common.writeUInt16LE(name.length, 18);
    const local = Buffer.concat([Buffer.from('504b030414000000', 'hex'), common, name, data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((mode << 16) >>> 0, 6);
    rest.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([Buffer.from('504b0102140314000000', 'hex'), common, rest, name]));
    body.push(local);
    at += local.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...body, entries, end]);
}
