import { type Dataset, findDuplicates } from '@alexnet/data';
import { withProgress } from '../progress.js';
import { percent, say } from '../say.js';

/** Validation images read before training: a second or two, of a night. */
const SAMPLE = 1000;

/**
 * Looks at the images of a new run before anything is computed: are there any, can the validation
 * images be read, and are some of them trained on?
 *
 * @param maxBroken share of unreadable images that stops a run, 0..1
 * @throws Error when there is nothing to train on, or too few validation images can be read
 */
export async function checkImages(dataset: Dataset, maxBroken: number): Promise<void> {
  const { train, validation, name } = dataset;
  if (train.records.length === 0) throw new Error(`${name} has no training images`);
  if (validation.records.length === 0) {
    say('no validation images: training goes on without; nothing will say how well it does');
    return;
  }
  await requireReadableSample(dataset, maxBroken);
  const duplicates = await withProgress('looking for duplicates', (onProgress) =>
    findDuplicates(dataset, { onProgress }),
  );
  if (duplicates === null) say('duplicates between training and validation: too many to look for');
  else if (duplicates.length > 0) {
    const [first] = duplicates;
    const count = new Set(duplicates.map(({ validation: id }) => id)).size;
    say(
      `${count} of ${validation.records.length} validation images are trained on too, as ${first?.validation} (${first?.train}): accuracy will look better than it is`,
    );
  }
}

async function requireReadableSample({ validation, name }: Dataset, maxBroken: number) {
  const total = validation.records.length;
  const count = Math.min(total, SAMPLE);
  let broken = 0;
  let reason = '';
  await withProgress('reading validation images', async (report) => {
    for (let i = 0; i < count; i++) {
      const index = Math.floor((i * total) / count);
      await validation.image(index).catch((error: Error) => {
        broken++;
        reason ||= error.message;
      });
      report(i + 1, count);
    }
  });
  // Of a sample twice the share, so that chance stops no run that may go on.
  if (broken <= (count < total ? 2 : 1) * maxBroken * count) return;
  throw new Error(
    `${broken} of ${count} validation images of ${name} cannot be read (${reason}), more than ${percent(maxBroken)}: repair them, or allow a larger share with --max-broken`,
  );
}
