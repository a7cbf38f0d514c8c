import { PickleGlobal, PickleObject } from '@alexnet/files/pickle';
import type { Note } from '../alexnet/note.js';
import { entriesOf } from './find-tensors.js';
import { classOf, type TorchModule } from './module-tree.js';

/** Runs before a forward and multiplies weights by masks, which reading does as well. */
const PRUNING = /^torch\.nn\.utils\.prune\./;

/** A function hung on a module runs with it and may change what comes out; the file has its name alone. */
export function hookNotes({ path, options, children }: TorchModule): readonly Note[] {
  const hooks = ['_forward_pre_hooks', '_forward_hooks'].flatMap((key) => [
    ...(entriesOf(options.get(key) ?? null)?.values() ?? []),
  ]);
  const names = hooks.map((hook) =>
    hook instanceof PickleGlobal ? hook.path : hook instanceof PickleObject ? classOf(hook) : '?',
  );
  const own = names
    .filter((name) => !PRUNING.test(name))
    .map((name): Note => {
      const where = path === '' ? 'the network' : `"${path}"`;
      const detail = `the hook ${name} runs with ${where} and may change what it computes, and the file does not hold it; remove it before saving if it does`;
      return { code: 'architecture', exact: false, detail };
    });
  return [...own, ...children.flatMap(hookNotes)];
}
