import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { cacheDirectory } from '@alexnet/files/node';
import { readPart } from '../../archives/read-part.js';
import type { Dataset, ImageRecord, OpenOptions, Split } from '../../dataset.js';
import { DatasetError } from '../../errors.js';
import { createPixelSplit } from '../pixel-split.js';
import { EMOJI_GROUPS, readEmojiSets, VALIDATION_SET } from './emoji-groups.js';
import { openRawImages, type RawImages, writeRawImages } from './raw-images.js';
import { EMOJI_SIDE, RENDERER, renderEmoji } from './render-emoji.js';

/**
 * Five vendors' emoji drawings, 112×112 on white, labeled by Unicode group: noto, twemoji, openmoji
 * and emojione to train on, fluent-emoji-flat held out. Rendered once and cached.
 *
 * The cache key covers icon-set versions, renderer versions and parameters. Two processes may render
 * at once: both write the same pixels and each rename is whole.
 */
export async function openEmoji(options: OpenOptions): Promise<Dataset> {
  const { icons, versions, license } = await readEmojiSets();
  const records = icons.map(({ set, name, group }) => ({ id: `${set}/${name}`, label: group }));
  const identity = JSON.stringify([versions, RENDERER, records]);
  const key = createHash('sha256').update(identity).digest('hex').slice(0, 16);
  const path = join(cacheDirectory(options.cacheDir), 'emoji', key);

  let raw = await openRawImages(path);
  if (raw === null) {
    const { signal, onProgress } = options;
    const progress =
      onProgress && ((done: number, total: number) => onProgress(done, total, 'emoji rendered'));
    const pixels = await renderEmoji(icons, { signal, onProgress: progress });
    await writeRawImages(path, EMOJI_SIDE, records, pixels);
    raw = await openRawImages(path);
    if (raw === null)
      throw new DatasetError('damaged', `${path}.rgb changed while it was written; try again`);
  }
  const images = raw;
  const isHeldOut = ({ id }: ImageRecord) => id.startsWith(`${VALIDATION_SET}/`);
  return {
    name: 'emoji',
    classNames: EMOJI_GROUPS,
    classIds: EMOJI_GROUPS,
    train: rawSplit(images, (record) => !isHeldOut(record)),
    validation: rawSplit(images, isHeldOut),
    validationFrom: 'source',
    notes: [],
    license,
    close: () => images.handle.close(),
  };
}

function rawSplit(raw: RawImages, belongs: (record: ImageRecord) => boolean): Split {
  const { side, handle } = raw;
  const rows = [...raw.records.entries()].filter(([, record]) => belongs(record));
  return createPixelSplit(
    rows.map(([, record]) => record),
    async (index) => {
      const length = side * side * 3;
      const data = await readPart(handle, { offset: (rows[index]?.[0] ?? 0) * length, length });
      return { width: side, height: side, data };
    },
  );
}
