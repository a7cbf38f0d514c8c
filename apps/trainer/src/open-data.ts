import { type Dataset, type OpenOptions, openDataset } from '@alexnet/data';
import { type Report, withProgress } from './progress.js';
import { say } from './say.js';

/** What `--data` takes, for the help of every command that has it. */
export const DATA_HELP =
  'emoji, cifar10, cifar100, imagenette, tiny-imagenet, a folder of class folders or of images and a labels.csv, a .tar or .zip of the same, packed shards';

/** Opens `--data` under a progress bar and says what it holds, what was left out, and its terms. */
export async function openData(
  source: string,
  options: Pick<OpenOptions, 'splitSeed' | 'validationShare'> = {},
): Promise<Dataset> {
  const dataset = await withProgress('opening images', (report) =>
    openDataset(source, { ...options, onProgress: inMegabytes(report) }),
  );
  const { train, validation, test, classNames, license } = dataset;
  const images =
    options.validationShare === 1 && dataset.validationFrom === 'held-out'
      ? `${validation.records.length} images`
      : `${train.records.length} training and ${validation.records.length} validation images`;
  say(
    `data: ${dataset.name}, ${images}${test ? `, ${test.records.length} test images` : ''} in ${classNames.length} classes`,
  );
  for (const { text } of dataset.notes) say(`  ${text}`);
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
