/** Networks that come with the page, `@alexnet/showcase`; the first is what the page opens on. */
export const SHOWCASE = [
  { name: 'Two towers', folder: 'showcase/two-towers' },
  { name: 'One tower', folder: 'showcase/one-tower' },
  { name: 'Today’s recipe', folder: 'showcase/modern' },
] as const;

/** Address of the weights in a run folder beside the page. */
export function weightsIn(folder: string): string {
  return `${folder}/weights.safetensors`;
}

/** Folder of a network that comes with the page; null for any other address. */
export function showcaseFolder(address: string | null): string | null {
  return SHOWCASE.find(({ folder }) => weightsIn(folder) === address)?.folder ?? null;
}
