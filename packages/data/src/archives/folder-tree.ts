/** A folder of a source, read once; files themselves are read through `FileTree.read`. */
export interface Folder {
  readonly folders: Map<string, Folder>;
  readonly files: Set<string>;
}

/** A part of a file, bytes. */
export interface FilePart {
  readonly offset: number;
  readonly length: number;
}

/** A source seen as files and folders, whether it lies on disk or inside a tar file. */
export interface FileTree {
  /** The source as the user wrote it, for messages. */
  readonly name: string;
  readonly root: Folder;
  /** Bytes of the file at `path` (`/`-separated, relative to the root), or of a part of it. */
  read(path: string, part?: FilePart): Promise<Uint8Array>;
  /** Bytes the file has. */
  size(path: string): Promise<number>;
  close(): Promise<void>;
}

export function createFolder(): Folder {
  return { folders: new Map(), files: new Set() };
}

/** The folder at `path` below `root`, created where missing; the empty path is `root` itself. */
export function folderAt(root: Folder, path: string): Folder {
  let folder = root;
  for (const name of path.split('/')) {
    if (name === '') continue;
    let next = folder.folders.get(name);
    if (next === undefined) {
      next = createFolder();
      folder.folders.set(name, next);
    }
    folder = next;
  }
  return folder;
}

const IMAGE_NAME = /\.(jpe?g|jpe|png|webp|gif|avif|tiff?)$/i;

/** True for names that say they are images. Hidden files (`.DS_Store`, `._x.jpg`) are not. */
export function isImageName(name: string): boolean {
  return !name.startsWith('.') && IMAGE_NAME.test(name);
}

/** Folders that are not part of the data: hidden ones and what macOS adds to archives. */
export function isIgnoredFolder(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX';
}

/** Paths of all images below `folder`, sorted by UTF-16 code units at every level. */
export function imagesIn(folder: Folder, prefix: string): string[] {
  const images = [...folder.files].filter(isImageName).sort();
  const paths = images.map((name) => `${prefix}${name}`);
  for (const name of [...folder.folders.keys()].sort()) {
    const below = folder.folders.get(name);
    if (below !== undefined && !isIgnoredFolder(name))
      paths.push(...imagesIn(below, `${prefix}${name}/`));
  }
  return paths;
}

/** Steps into folders that are alone at their level, as archives have around everything. */
export function innermostFolder(root: Folder): { root: Folder; prefix: string } {
  let folder = root;
  let prefix = '';
  while (folder.files.size === 0) {
    const [only, ...others] = [...folder.folders.keys()].filter((name) => !isIgnoredFolder(name));
    const below = folder.folders.get(only ?? '');
    if (below === undefined || others.length > 0) break;
    folder = below;
    prefix += `${only}/`;
  }
  return { root: folder, prefix };
}
