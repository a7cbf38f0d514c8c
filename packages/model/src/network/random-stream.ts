/** Mixes a 32-bit number so that neighbors share nothing (the finalizer of MurmurHash3, public domain). */
function mix(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A key for one stream of random words, from a seed and a name. */
export function streamKey(seed: number, name: string): number {
  let key = mix(seed ^ 0x9e3779b9);
  for (let i = 0; i < name.length; i++) key = mix(key ^ name.charCodeAt(i));
  return key;
}

/** Weyl step: the odd number nearest 2³² / golden ratio, so that counters never repeat within 2³² draws. */
const WEYL = 0x9e3779b9;

/** The `index`-th 32-bit word of a stream: a pure function, the same on every machine and backend. */
export function word(key: number, index: number): number {
  return mix(mix((key + Math.imul(index, WEYL)) | 0) ^ key);
}
