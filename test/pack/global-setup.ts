import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { standIn } from '../stand-in.js';
import { npmProject, type Packed, packAll } from './consumer.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** An npm project outside the workspace with every package installed from its tarball. */
    readonly project: string;
    readonly packed: readonly Packed[];
    readonly scratch: string;
  }
}

/** Packs and installs once for all files. */
export default async function setup({ provide }: TestProject): Promise<() => void> {
  const scratch = mkdtempSync(join(tmpdir(), 'alexnet-user-'));
  const packed = packAll(join(scratch, 'tarballs'));
  const project = join(scratch, 'project');
  npmProject(project, [
    ...packed.map(({ tarball }) => tarball),
    '@tensorflow/tfjs@4.22',
    'h5wasm',
    '@types/node@20',
  ]);
  await standIn(join(project, 'images'));
  provide('scratch', scratch);
  provide('packed', packed);
  provide('project', project);
  return () => rmSync(scratch, { recursive: true, force: true });
}
