import { type BuiltAddon, builtAddons, isWhole } from './built-addon.js';
import { folderKey, type TensorflowSource } from './tensorflow-source.js';

/** The newest whole build of that TensorFlow, of any where the source names none. */
export function findBuild(
  wanted: { readonly tfjsNode: string; readonly source: TensorflowSource; readonly gpu: boolean },
  cacheDir?: string,
): BuiltAddon | undefined {
  const { tfjsNode, source, gpu } = wanted;
  const folder = source.kind === 'folder' ? folderKey(source.path) : undefined;
  return builtAddons(cacheDir).find(
    (built) =>
      built.gpu === gpu &&
      built.tfjsNode === tfjsNode &&
      (source.version === undefined || built.tensorflow === source.version) &&
      (folder === undefined || built.folder === folder) &&
      isWhole(built),
  );
}
