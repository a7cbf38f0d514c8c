import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

/**
 * Puts a package of the workspace, or a dependency of one, where an install would.
 *
 * @param {string} folder
 * @param {string} name
 */
export function linkPackage(folder, name) {
  const link = join(folder, 'node_modules', name);
  if (existsSync(link)) return;
  const target = findPackage(name);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(target, link);
}

/** @param {string} name */
function findPackage(name) {
  const members = ['packages', 'apps'].flatMap((kind) =>
    readdirSync(join(ROOT, kind)).map((member) => join(ROOT, kind, member)),
  );
  for (const member of members) {
    if (JSON.parse(readFileSync(join(member, 'package.json'), 'utf8')).name === name) return member;
  }
  const found = [...members, join(ROOT, 'test'), ROOT]
    .map((member) => join(member, 'node_modules', name))
    .find((folder) => existsSync(folder));
  if (!found) throw new Error(`${name} is no package of this workspace, nor installed by one`);
  return found;
}
