/** A photograph that comes with the page; static/samples/LICENSE.txt says whose it is. */
export interface Sample {
  readonly file: string;
  readonly name: string;
  readonly credit: string;
  /** Names ImageNet has for what is on it; none for a thing it has no class for. */
  readonly labels: readonly string[];
}

/** The first is what the page opens on. */
export const SAMPLES: readonly [Sample, ...Sample[]] = [
  { file: 'espresso.jpg', name: 'Espresso', credit: 'Rachel Michetti, CC0', labels: ['espresso'] },
  {
    file: 'rocket.jpg',
    name: 'Rocket',
    credit: 'SpaceX, public domain',
    labels: ['projectile', 'missile'],
  },
  { file: 'cat.jpg', name: 'Cat', credit: 'Stefan van der Walt, CC0', labels: ['tabby'] },
  { file: 'astronaut.jpg', name: 'Astronaut', credit: 'NASA, public domain', labels: [] },
];

/** Address of a sample beside the page. */
export function sampleUrl(file: string): string {
  return `./samples/${file}`;
}

/** The sample at an address, however it is spelled. */
export function sampleAt(address: string | null): Sample | undefined {
  return SAMPLES.find(({ file }) => address?.replace(/^\.\//, '') === `samples/${file}`);
}

/** What to call the image at an address. */
export function sampleName(address: string): string {
  return sampleAt(address)?.name ?? address.split('/').at(-1) ?? address;
}

/** Indices of the classes that are right for a sample; empty when the network knows none. */
export function rightClasses({ labels }: Sample, classNames: readonly string[]): number[] {
  return classNames.flatMap((name, index) => {
    const synonyms = name.split(',').map((word) => word.trim().toLowerCase());
    return synonyms.some((word) => labels.includes(word)) ? [index] : [];
  });
}
