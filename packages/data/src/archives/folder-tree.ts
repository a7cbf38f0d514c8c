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

/** A source seen as files and folders, whether it lies on disk or inside an archive. */
export interface FileTree {
  /** The source as the user wrote it, for messages. */
  readonly name: string;
  readonly root: Folder;
  /** Folders that were not looked into because they lie too deep. */
  readonly tooDeep?: readonly string[];
  /** Bytes of the file at `path` (`/`-separated, relative to the root), or of a part of it. */
  read(path: string, part?: FilePart): Promise<Uint8Array>;
  /** Bytes the file has. */
  size(path: string): Promise<number>;
  close(): Promise<void>;
}

/** A folder and where it lies below the root; `prefix` is empty or ends in `/`. */
export interface Place {
  readonly folder: Folder;
  readonly prefix: string;
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

/** The folder `name` of a place. */
export function below({ folder, prefix }: Place, name: string): Place {
  return { folder: folder.folders.get(name) ?? createFolder(), prefix: `${prefix}${name}/` };
}

/** Folders that systems and tools leave beside data; hidden ones (`.git`, `.ipynb_checkpoints`) too. */
const TOOL_FOLDERS = new Set([
  '__macosx',
  '__pycache__',
  'lost+found',
  '$recycle.bin',
  'system volume information',
  'network trash folder',
  'temporary items',
  'node_modules',
  'cvs',
]);

/**
 * True for folders no data lies in: hidden ones, those of macOS, Windows and Python, and the `@eaDir`,
 * `#recycle`, `@Recently-Snapshot` … of network drives.
 */
export function isToolFolder(name: string): boolean {
  return /^[.@#~]/.test(name) || TOOL_FOLDERS.has(name.toLowerCase());
}

/** Data folders of a folder, sorted by UTF-16 code units. */
export function dataFolders(folder: Folder): string[] {
  return [...folder.folders.keys()].filter((name) => !isToolFolder(name)).sort();
}

/** Files beside a folder that do not count: those of systems, and the archive it was unpacked from. */
const BESIDE = /^(\..*|thumbs\.db|desktop\.ini|.*\.(tar(\.gz)?|tgz|zip))$/i;

/** Steps into folders that are alone at their level, as archives have around everything. */
export function innermostFolder(root: Folder): Place {
  let place: Place = { folder: root, prefix: '' };
  while ([...place.folder.files].every((name) => BESIDE.test(name))) {
    const [only, ...others] = dataFolders(place.folder);
    if (only === undefined || others.length > 0) break;
    place = below(place, only);
  }
  return place;
}
