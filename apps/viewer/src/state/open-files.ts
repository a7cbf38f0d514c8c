import { isImage } from '../lib/images/is-image.js';
import type { Session } from './session.js';

/** Opens whatever was dropped, pasted or picked: images, the files of one network, or both. */
export async function openFiles(session: Session, files: readonly File[]): Promise<void> {
  const marked = await Promise.all(
    files.map(async (file) => ({ file, image: await isImage(file) })),
  );
  const images = marked.filter(({ image }) => image).map(({ file }) => file);
  const others = marked.filter(({ image }) => !image).map(({ file }) => file);
  if (others.length > 0 && !(await session.openWeights(others))) return;
  const [first] = images;
  if (!first) return;
  session.keepImages(images);
  if ((await session.openImage(first)) && !session.state.opened) {
    session.say(`${first.name} is kept. It is answered as soon as weights are open.`);
  }
}
