import { type Dataset, openDataset } from '@alexnet/data';
import { type Report, withProgress } from './progress.js';
import { say } from './say.js';

/** What `--data` takes, for the help of every command that has it. */
export const DATA_HELP =
  'emoji, cifar10, cifar100, imagenette, tiny-imagenet, a folder of class folders, a .tar or .zip of the same, packed shards';

/** Opens `--data` under a progress bar and says what it holds and under which terms. */
export async function openData(
  source: string,
  seed: number,
  validationShare?: number,
): Promise<Dataset> {
  const dataset = await withProgress('opening images', (report) =>
    openDataset(source, {
      seed,
      ...(validationShare === undefined ? {} : { validationShare }),
      onProgress: inMegabytes(report),
    }),
  );
  const { train, validation, classNames, license } = dataset;
  say(
    `data: ${dataset.name}, ${train.records.length} training and ${validation.records.length} validation images in ${classNames.length} classes`,
  );
  if (license !== undefined) say(`terms: ${license}`);
  return dataset;
}

/** Nine digits of bytes say less than three of megabytes. */
function inMegabytes(report: Report): Report {
  return (done, total, what = '') => {
    if (!what.startsWith('bytes')) report(done, total, what);
    else report(Math.round(done / 1e6), Math.ceil(total / 1e6), what.replace('bytes', 'MB'));
  };
}
