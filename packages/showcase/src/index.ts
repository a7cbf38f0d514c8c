/** Names of the trained networks, as the `alexnet` command takes them for `--weights`. */
export type ShowcaseName = 'showcase' | 'showcase-one-tower' | 'showcase-modern';

/**
 * Where the safetensors file of each network lies: a `file:` address in Node, the address of an asset
 * in a page built by a bundler.
 *
 * `showcase` is the paper's network with two towers at half width, `showcase-one-tower` its twin without
 * the split, `showcase-modern` that body trained as one would today, with batch norm. The first two take
 * 55×55 crops of 64 px images, the third 77×77 of 88. All answer with 100 classes of Tiny-ImageNet and
 * carry preprocessing, class names and provenance.
 */
export const SHOWCASE: Readonly<Record<ShowcaseName, URL>> = {
  showcase: new URL('../two-towers/weights.safetensors', import.meta.url),
  'showcase-one-tower': new URL('../one-tower/weights.safetensors', import.meta.url),
  'showcase-modern': new URL('../modern/weights.safetensors', import.meta.url),
};
