/** What a file must hash to. */
export interface Checksum {
  readonly algorithm: 'sha256' | 'sha1';
  /** Lower-case hexadecimal. */
  readonly value: string;
}

/** One file at its address. */
export interface RemoteFile {
  readonly url: string;
  /** Its size, where it is known beforehand. */
  readonly bytes: number | null;
  /** Null for an address nobody vouches for. */
  readonly checksum: Checksum | null;
}
