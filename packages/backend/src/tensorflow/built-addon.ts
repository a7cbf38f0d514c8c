import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tensorflowDirectory } from './cache-directory.js';
import { LIBRARIES } from './tensorflow-source.js';

/** What lies beside a built addon, in `manifest.json`. */
export interface AddonManifest {
  /** TensorFlow version, from the wheel's name. */
  readonly tensorflow: string;
  /** `folderKey` of the installed TensorFlow whose libraries are linked; absent where they were unpacked. */
  readonly folder?: string;
  /** Version of the tfjs-node whose binding it is. */
  readonly tfjsNode: string;
  /** `linux-x64` and the like. */
  readonly platform: string;
  /** Whether it was built against a TensorFlow that uses CUDA. */
  readonly gpu: boolean;
  /** ISO 8601. The addon built last is the one used. */
  readonly installedAt: string;
}

/** A TensorFlow addon in the cache. */
export interface BuiltAddon extends AddonManifest {
  /** Where it lies, absolute. */
  readonly directory: string;
}

/** Node-API level the binding is compiled for: 8 is the newest tfjs-node names, and in Node >= 15. */
export const NAPI_VERSION = 8;

/** Raised when what this package compiles changes, so that an older build is not reused. */
const BUILD_REVISION = 16;

export const ADDON_FILE = 'tfjs_binding.node';
export const PRELOAD_FILE = 'preload.node';
export const WORKER_FILE = 'worker_process.so';
export const MANIFEST_FILE = 'manifest.json';

/** Folder name of one build: everything that makes two builds incompatible. */
export function addonKey(
  build: Pick<AddonManifest, 'tensorflow' | 'folder' | 'tfjsNode' | 'gpu'>,
): string {
  const { tensorflow, folder, tfjsNode, gpu } = build;
  const origin = folder === undefined ? '' : `-${folder}`;
  const backend = gpu ? 'gpu' : 'cpu';
  return `tf${tensorflow}${origin}-${backend}-tfjs${tfjsNode}-${platformKey()}-napi${NAPI_VERSION}-r${BUILD_REVISION}`;
}

export function platformKey(): string {
  return `${process.platform}-${process.arch}`;
}

/** Complete builds for this platform, newest first. A build is complete once renamed into place. */
export function builtAddons(cacheDir?: string): readonly BuiltAddon[] {
  const root = tensorflowDirectory(cacheDir);
  const built: BuiltAddon[] = [];
  for (const entry of listFolder(root)) {
    if (!entry.endsWith(`-${platformKey()}-napi${NAPI_VERSION}-r${BUILD_REVISION}`)) continue;
    const directory = join(root, entry);
    try {
      const manifest = readFileSync(join(directory, MANIFEST_FILE), 'utf8');
      built.push({ ...(JSON.parse(manifest) as AddonManifest), directory });
    } catch {
      // No readable manifest: not a build of ours.
    }
  }
  return built.sort((a, b) => b.installedAt.localeCompare(a.installedAt));
}

/** Whether its files are there; linked libraries go when their TensorFlow does. */
export function isWhole({ directory }: BuiltAddon): boolean {
  return [ADDON_FILE, PRELOAD_FILE, WORKER_FILE, ...LIBRARIES].every((name) =>
    existsSync(join(directory, name)),
  );
}

function listFolder(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
