import type { Session } from './session.js';

/** Opens whatever was dropped, pasted or picked: an image, or the files of one network. */
export async function openFiles(session: Session, files: readonly File[]): Promise<void> {
  const image = files.find(({ type }) => type.startsWith('image/'));
  const others = files.filter(({ type }) => !type.startsWith('image/'));
  if (others.length > 0 && !(await session.openWeights(others))) return;
  if (image) await session.openImage(image);
}
