/** FNV-1a over UTF-16 code units, finished with MurmurHash3's mixer; 32 bits, unsigned. */
export function hashText(text: string, seed: number): number {
  let hash = 0x811c9dc5 ^ mix(seed);
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash);
}

function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
