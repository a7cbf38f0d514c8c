/** How one class of the validation split was answered. */
export interface ClassScore {
  readonly name: string;
  readonly images: number;
  readonly right: number;
  /** Share answered right, 0..1, and its 95 % Wilson interval. */
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** Scores of the classes that have images, the best first. */
export function classScores(
  confusion: readonly (readonly number[])[],
  classNames: readonly string[],
): ClassScore[] {
  return confusion
    .map((row, label) => {
      const images = row.reduce((sum, count) => sum + count, 0);
      const right = row[label] ?? 0;
      const name = classNames[label] ?? `class ${label}`;
      return { name, images, right, ...wilson(right, images) };
    })
    .filter(({ images }) => images > 0)
    .sort((a, b) => b.share - a.share || b.images - a.images);
}

/** E. B. Wilson 1927: where the true share lies with 95 % confidence, sound for few images too. */
function wilson(right: number, images: number) {
  const z = 1.96;
  const share = right / images;
  const scale = 1 + (z * z) / images;
  const center = (share + (z * z) / (2 * images)) / scale;
  const half =
    (z / scale) * Math.sqrt((share * (1 - share)) / images + (z * z) / (4 * images * images));
  return { share, low: Math.max(0, center - half), high: Math.min(1, center + half) };
}

/** Images of class `truth` that were answered `answer`. */
export interface Confusion {
  readonly truth: string;
  readonly answer: string;
  readonly count: number;
  /** Share of the images of `truth`, 0..1. */
  readonly share: number;
}

/** Every pair with at least one image on or off the diagonal, by class index. */
export function confusionCells(confusion: readonly (readonly number[])[]) {
  return confusion.flatMap((row, truth) => {
    const images = row.reduce((sum, count) => sum + count, 0);
    return row.flatMap((count, answer) =>
      count > 0 ? [{ truth, answer, count, share: count / images }] : [],
    );
  });
}

/** The wrong answers given most often. */
export function commonestConfusions(
  confusion: readonly (readonly number[])[],
  classNames: readonly string[],
  most: number,
): Confusion[] {
  return confusionCells(confusion)
    .filter(({ truth, answer }) => truth !== answer)
    .sort((a, b) => b.count - a.count || b.share - a.share)
    .slice(0, most)
    .map(({ truth, answer, count, share }) => ({
      truth: classNames[truth] ?? `class ${truth}`,
      answer: classNames[answer] ?? `class ${answer}`,
      count,
      share,
    }));
}
