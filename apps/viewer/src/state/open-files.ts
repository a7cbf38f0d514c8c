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
  session.keepImages(images);
  await openFirst(session, images);
}

/** Shows the first image that can be decoded, and says which before it cannot. */
async function openFirst(session: Session, images: readonly File[]): Promise<void> {
  const problems: string[] = [];
  for (const image of images) {
    const isShown = await session.openImage(image);
    const { problem, ownImages, opened } = session.state;
    // One that was decoded and is not answered, or that another request overtook, stays in the strip.
    if (!isShown && ownImages.includes(image)) return;
    if (problem) problems.push(problem);
    if (!isShown) continue;
    if (!opened) {
      session.say(`${image.name} is kept. It is answered as soon as weights are open.`);
    }
    break;
  }
  if (problems.length > 0) session.complain(new Error(problems.join(' ')));
}
