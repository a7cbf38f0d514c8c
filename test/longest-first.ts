import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take minutes, the longest first: one of them begun last would keep all others waiting. */
const LONGEST = [
  'test/blocks/blocks.test.ts',
  'webgpu-kernels.slow.test.ts',
  'page.slow.test.ts',
  'webgpu-tiles.slow.test.ts',
  'kill.slow.test.ts',
  'resume-matrix.slow.test.ts',
  'install.slow.test.ts',
  'many-processes.slow.test.ts',
  'taped-step.slow.test.ts',
  'own-weights.slow.test.ts',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted].sort((a, b) => rank(a) - rank(b));
  }
}

function rank({ moduleId }: TestSpecification): number {
  const at = LONGEST.findIndex((end) => moduleId.endsWith(end));
  return at === -1 ? LONGEST.length : at;
}
