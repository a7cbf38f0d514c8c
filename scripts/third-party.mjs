import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageManager, root } from './steps.mjs';

/**
 * THIRD_PARTY.md: what the packages and apps need to run, with its licenses, and what data they carry.
 *
 *   node scripts/third-party.mjs            writes it
 *   node scripts/third-party.mjs --check    fails when it is not what is installed
 */

const FILE = join(root, 'THIRD_PARTY.md');
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** What a package's own manifest leaves open, read in its license file. */
const READ = { h5wasm: 'NIST public-domain notice; HDF5 (BSD-style)' };
/** Natively built parts have one package for every platform, of which each machine installs its own. */
const PLATFORM = /-(?:linux|linuxmusl|darwin|win32|wasm32|freebsd)(?:-[a-z0-9]+)?$/;

/** Every runtime dependency, those of dependencies too: license to names with versions. */
function dependencies() {
  const args = ['--yes', packageManager, '-r', 'licenses', 'list', '--prod', '--json'];
  const listed = JSON.parse(
    execFileSync('npx', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 }),
  );
  const byLicense = new Map();
  for (const [license, packages] of Object.entries(listed)) {
    for (const { name, versions } of packages) {
      if (name.startsWith('@iconify-json/')) continue;
      const known = READ[name] ?? license;
      if (known === 'Unknown') throw new Error(`read the license of ${name} and add it to READ`);
      const names = byLicense.get(known) ?? new Set();
      names.add(`${name.replace(PLATFORM, '-*')} ${versions.join(', ')}`);
      byLicense.set(known, names);
    }
  }
  return [...byLicense].sort(([a], [b]) => a.localeCompare(b, 'en'));
}

/** The drawings behind `--data emoji`, by what their packages say of themselves. */
function emojiSets() {
  const folder = join(root, 'packages/data/node_modules/@iconify-json');
  return readdirSync(folder)
    .sort()
    .map((set) => {
      const { name, author, license } = readJson(join(folder, set, 'info.json'));
      const { version } = readJson(join(folder, set, 'package.json'));
      return `| ${name} | \`@iconify-json/${set}\` ${version} | [${author.name}](${author.url}) | [${license.title}](${license.url}) |`;
    });
}

/** Typefaces that the viewer's build contains. */
function fonts() {
  const folder = join(root, 'apps/viewer/node_modules/@fontsource-variable');
  return readdirSync(folder)
    .sort()
    .map((font) => {
      const { version, license } = readJson(join(folder, font, 'package.json'));
      return `| ${font} | \`@fontsource-variable/${font}\` ${version} | ${license} |`;
    });
}

const text = `# Third-party work

Made by \`node scripts/third-party.mjs\` from what is installed; \`npm test\` checks that it is current. The
project itself is under the [MIT license](LICENSE).

## Emoji drawings

\`--data emoji\` draws its images from these sets. They are read from their npm packages when they are
needed and are in no package of this project. **CC BY** asks that the author is named, **CC BY-SA** also
that what is made from the drawings and passed on is under the same license: images shown or shared from
the OpenMoji, Twemoji and Emoji One sets have to say so.

| set | package | author | license |
|---|---|---|---|
${emojiSets().join('\n')}

## Data inside the packages

| what | where | source and license |
|---|---|---|
| names of the 1,000 ImageNet classes | \`@alexnet/model/imagenet\` | WordNet 3.0 (Princeton University, WordNet license), as listed in \`@tensorflow-models/mobilenet\` and Keras (Apache-2.0) |
| \`light_bvlc_alexnet.onnx\` | \`packages/convert/test/fixtures/foreign\`, in no package | test data of the Python package \`onnx\` 1.23.1 (Apache-2.0) |
| sample photographs of the viewer | \`apps/viewer/static/samples\` | from scikit-image: Rachel Michetti, Stefan van der Walt (CC0), SpaceX, NASA (public domain) |
| weights of the showcase networks | \`@alexnet/showcase\` | trained by this project on 100 classes of Tiny-ImageNet (Stanford CS231n), a subset of ImageNet, whose images are for research and teaching; no image is included |

## Typefaces in the viewer's build

| typeface | package | license |
|---|---|---|
${fonts().join('\n')}

## Fetched when asked for

| what | by | license |
|---|---|---|
| TensorFlow (\`tensorflow-cpu\`, \`tensorflow\`) | \`alexnet backend install\`, from the user's Python package index | Apache-2.0 |

## Runtime dependencies

Of all packages and apps, those of dependencies too.

| license | packages |
|---|---|
${dependencies()
  .map(([license, names]) => `| ${license} | ${[...names].sort().join(' · ')} |`)
  .join('\n')}
`;

if (!process.argv.includes('--check')) writeFileSync(FILE, text);
else if (readFileSync(FILE, 'utf8') !== text) {
  console.error('THIRD_PARTY.md is not what is installed: node scripts/third-party.mjs');
  process.exitCode = 1;
}
