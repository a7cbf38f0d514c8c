import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { npmProject } from './consumer.js';

/** The declarations in the tarballs, checked by the oldest and the newest TypeScript. */

const ALL = process.env.ALEXNET_TEST_ALL === '1';
const USES = join(import.meta.dirname, 'uses');
const project = inject('project');
const scratch = inject('scratch');

const FORMS = ALL
  ? [
      { moduleResolution: 'bundler', module: 'ESNext', skipLibCheck: true },
      { moduleResolution: 'bundler', module: 'ESNext', skipLibCheck: false },
      { moduleResolution: 'nodenext', module: 'nodenext', skipLibCheck: true },
      { moduleResolution: 'nodenext', module: 'nodenext', skipLibCheck: false },
    ]
  : [{ moduleResolution: 'nodenext', module: 'nodenext', skipLibCheck: false }];

describe.each(ALL ? ['5.6', 'latest'] : ['5.6'])('TypeScript %s, strict', (version) => {
  const compiler = join(scratch, `typescript-${version}`);

  it('installs', () => npmProject(compiler, [`typescript@${version}`]));

  it.each(FORMS)('$moduleResolution, skipLibCheck $skipLibCheck', (form) => {
    const folder = join(scratch, `types-${version}-${form.moduleResolution}-${form.skipLibCheck}`);
    mkdirSync(folder);
    symlinkSync(join(project, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
    for (const file of readdirSync(USES)) copyFileSync(join(USES, file), join(folder, file));
    // That the compiler ran and saw our types shows in the one mistake it has to find.
    writeFileSync(
      join(folder, 'wrong.ts'),
      "import { createSpec } from '@alexnet/model';\nexport const wrong: string = createSpec().classes;\n",
    );
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          ...form,
          target: 'ES2022',
          lib: ['ES2022', 'DOM', 'DOM.Iterable'],
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          noEmit: true,
          types: ['node'],
        },
        include: ['*.ts'],
      }),
    );
    const tsc = join(compiler, 'node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, '--pretty', 'false'], {
      cwd: folder,
      encoding: 'utf8',
    });
    // Lines of one message are indented below its first. tfjs' own declarations have errors.
    const messages = stdout.split(/\n(?!\s)/).filter((message) => message.trim() !== '');
    const dependency = /node_modules\/(?!@alexnet\/)/;
    expect(messages.filter((message) => !dependency.test(message.split('(')[0] ?? ''))).toEqual([
      expect.stringMatching(/^wrong\.ts\(2,14\): error TS2322/),
    ]);
  });
});
