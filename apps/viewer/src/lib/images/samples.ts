/** Images that come with the page: Fluent Emoji by Microsoft, MIT license. */
export const SAMPLES = [
  { file: 'dog-face.png', name: 'Dog face' },
  { file: 'pizza.png', name: 'Pizza' },
  { file: 'airplane.png', name: 'Airplane' },
  { file: 'grinning-face.png', name: 'Grinning face' },
  { file: 'pretzel.png', name: 'Pretzel' },
  { file: 'hot-beverage.png', name: 'Hot beverage' },
] as const;

/** Address of a sample beside the page. */
export function sampleUrl(file: string): string {
  return `./samples/${file}`;
}
