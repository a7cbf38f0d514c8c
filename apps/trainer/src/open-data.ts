import { type Dataset, openDataset } from '@alexnet/data';
import { withProgress } from './progress.js';
import { say } from './say.js';

/** Opens `--data` under a progress bar and says what it holds. */
export async function openData(
  source: string,
  seed: number,
  validationShare?: number,
): Promise<Dataset> {
  const dataset = await withProgress('opening pictures', (report) =>
    openDataset(source, {
      seed,
      ...(validationShare === undefined ? {} : { validationShare }),
      onProgress: report,
    }),
  );
  const { train, validation, classNames } = dataset;
  say(
    `data: ${dataset.name}, ${train.records.length} training and ${validation.records.length} validation pictures in ${classNames.length} classes`,
  );
  return dataset;
}
