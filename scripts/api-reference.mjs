import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application } from 'typedoc';

/**
 * The API reference of every package from its docstrings. A warning is an error: an export without a
 * docstring, a dead link, a type that is part of the interface but not exported.
 *
 *   pnpm docs:api            writes docs/api, which is not committed
 *   pnpm docs:api --check    only looks
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const onlyCheck = process.argv.includes('--check');
const scratch = mkdtempSync(join(tmpdir(), 'alexnet-api-'));

const shared = {
  disableGit: true,
  gitRevision: 'main',
  sourceLinkTemplate: '{path}',
  readme: 'none',
  // Types are checked by `test:types`.
  skipErrorChecking: true,
  treatWarningsAsErrors: true,
};

/** Named in types and kept inside: tables a type is made of, a shorthand, what registerLayers holds. */
const INTERNAL = {
  augment: ['KINDS'],
  backend: ['Backends'],
  convert: ['SAFETENSORS_DTYPES', 'PARAMETERS', 'ALL', 'Probe'],
  data: ['Triple', 'Progress'],
  files: ['Compression'],
  model: [
    'BatchNormAttributes',
    'CustomLayers',
    'DropoutAttributes',
    'FixedGraphAttributes',
    'FusedAttributes',
    'GroupedConv2DAttributes',
    'KernelSignature',
    'MomentumUpdateAttributes',
    'ResponseNormAttributes',
    'Shape4D',
  ],
  trainer: ['Frozen', 'UpdateSettings', 'WeightAverage'],
};

/** The project of one package, every entry a module named as it is imported. */
async function convertPackage(folder) {
  const directory = join(root, 'packages', folder);
  const { name, exports } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const entries = new Map(
    Object.entries(exports)
      .filter(([, target]) => target['@alexnet/source'])
      .map(([path, target]) => [
        join(directory, target['@alexnet/source']),
        posix.join(name, path),
      ]),
  );
  const app = await Application.bootstrapWithPlugins({
    ...shared,
    entryPoints: [...entries.keys()],
    tsconfig: join(root, 'tsconfig.docs.json'),
    basePath: directory,
    // A property whose name says it all needs no sentence; where there is a unit, shape or range it has one.
    requiredToBeDocumented: ['Class', 'Function', 'Interface', 'Method', 'TypeAlias', 'Variable'],
    intentionallyNotExported: INTERNAL[folder] ?? [],
    validation: { notExported: true, invalidLink: true, rewrittenLink: true, notDocumented: true },
  });
  const project = await app.convert();
  if (!project) return { app, name };
  app.validate(project);
  for (const module of project.children ?? []) {
    module.name = entries.get(module.sources?.[0]?.fullFileName) ?? module.name;
  }
  // Their links would lead to files of this machine.
  for (const reflection of Object.values(project.reflections)) delete reflection.sources;
  const file = join(scratch, `${folder}.json`);
  await app.generateJson(project, file);
  return { app, name, file };
}

const converted = [];
for (const folder of readdirSync(join(root, 'packages')).sort()) {
  const manifest = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'));
  if (manifest.private) continue;
  converted.push(await convertPackage(folder));
}
const failed = converted.filter(
  ({ app, file }) => !file || app.logger.hasErrors() || app.logger.hasWarnings(),
);
if (!onlyCheck && failed.length === 0) {
  const app = await Application.bootstrapWithPlugins({
    ...shared,
    name: 'AlexNet for TypeScript',
    entryPointStrategy: 'merge',
    entryPoints: converted.map(({ file }) => file),
    out: join(root, 'docs/api'),
  });
  const project = await app.convert();
  if (project) await app.generateOutputs(project);
}
rmSync(scratch, { recursive: true, force: true });
if (failed.length > 0) {
  console.error(`not clean: ${failed.map(({ name }) => name).join(', ')}`);
  process.exitCode = 1;
}
