import { defineConfig, type Options } from 'tsup';

/** The one build every package shares: ESM with types, readable output, dependencies left external. */
export function packageBuild(entry: Record<string, string>, overrides: Options = {}) {
  return defineConfig({
    entry,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    dts: true,
    clean: true,
    sourcemap: true,
    treeshake: true,
    tsconfig: 'tsconfig.build.json',
    ...overrides,
  });
}
