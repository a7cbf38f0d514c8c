import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { instance } from '@viz-js/viz';
import { root } from './steps.mjs';

/**
 * The image of who imports whom, drawn by Graphviz from the import graph dependency-cruiser finds.
 *
 *   node scripts/architecture.mjs            writes docs/architecture-{light,dark}.svg
 *   node scripts/architecture.mjs --check    fails when they are not what the imports say
 */

const WHAT = {
  'apps/trainer': 'the alexnet command',
  'apps/viewer': 'a network, opened',
  'packages/trainer': 'recipes and the loop',
  'packages/augment': 'pixels in, batch out',
  'packages/data': 'where images come from',
  'packages/files': 'file formats',
  'packages/model': 'the network as data',
  'packages/convert': 'weights as files',
  'packages/backend': 'what computes',
  'packages/classifier': 'what images show',
  'packages/showcase': 'trained networks',
  'packages/experiments': 'claims, with and without',
};

const THEMES = {
  light: {
    ink: '#1f2328',
    quiet: '#59636e',
    line: '#818b98',
    app: '#ddf4ff',
    node: '#fff8c5',
    any: '#dafbe1',
  },
  dark: {
    ink: '#f0f6fc',
    quiet: '#9198a1',
    line: '#656c76',
    app: '#0c2d6b',
    node: '#3d2f00',
    any: '#0f3d1e',
  },
};

const partOf = (path) => /^(?:packages|apps)\/[^/]+(?=\/src\/)/.exec(path)?.[0];
const isTypeOnly = ({ dependencyTypes }) => dependencyTypes.includes('type-only');

/** Modules and their imports, tests and builds left out as the import rules do. */
function importGraph() {
  const args = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'packages', 'apps'];
  const bin = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const output = execFileSync(process.execPath, [bin, ...args], { cwd: root, maxBuffer: 2 ** 28 });
  return JSON.parse(output).modules.filter(({ source }) => partOf(source));
}

/** `from > to`, and whether nothing but types crosses. */
function edgesBetweenParts(modules) {
  const edges = new Map();
  for (const { source, dependencies } of modules) {
    const from = partOf(source);
    for (const dependency of dependencies) {
      const to = partOf(dependency.resolved);
      if (to === undefined || to === from) continue;
      const key = `${from} > ${to}`;
      edges.set(key, (edges.get(key) ?? true) && isTypeOnly(dependency));
    }
  }
  return edges;
}

/** Whether a package's main entry runs in a browser: no module it loads is one of Node's own. */
function runsAnywhere(part, modules) {
  const bySource = new Map(modules.map((module) => [module.source, module]));
  const seen = new Set();
  const queue = [`${part}/src/index.ts`];
  for (const source of queue) {
    if (seen.has(source)) continue;
    seen.add(source);
    for (const dependency of bySource.get(source)?.dependencies ?? []) {
      if (isTypeOnly(dependency) || dependency.dynamic) continue;
      if (dependency.coreModule) return false;
      queue.push(dependency.resolved);
    }
  }
  return true;
}

function describe(parts, edges, modules, theme) {
  const kind = (part) =>
    part.startsWith('apps/') ? 'app' : runsAnywhere(part, modules) ? 'any' : 'node';
  const name = (part) => (part.startsWith('apps/') ? part : part.replace('packages/', '@alexnet/'));
  const label = (part) =>
    `<<font point-size="15" color="${theme.ink}"><b>${name(part)}</b></font><br/><font point-size="12" color="${theme.quiet}">${WHAT[part] ?? ''}</font>>`;
  const nodes = parts.map(
    (part) => `"${part}" [label=${label(part)} fillcolor="${theme[kind(part)]}"]`,
  );
  const arrows = [...edges].sort().map(([key, typesOnly]) => {
    const [from, to] = key.split(' > ');
    return `"${from}" -> "${to}"${typesOnly ? ' [style=dashed]' : ''}`;
  });
  const swatch = (color, text) =>
    `<td width="14" height="14" fixedsize="true" bgcolor="${color}"></td><td align="left">${text}&nbsp;&nbsp;&nbsp;</td>`;
  return `digraph {
    bgcolor=transparent; rankdir=TB; nodesep=0.2; ranksep=0.75; pad=0.1
    fontname="Helvetica"; fontsize=12; fontcolor="${theme.quiet}"; labelloc=b
    label=<<table border="0" cellspacing="6"><tr>${swatch(theme.any, 'browser and Node')}${swatch(theme.node, 'Node')}${swatch(theme.app, 'application')}<td>arrow: imports; dashed: types only</td></tr></table>>
    node [shape=box style="rounded,filled" color="${theme.line}" fontname="Helvetica" margin="0.26,0.12"]
    edge [color="${theme.line}" arrowsize=0.7]
    { rank=same; ${parts
      .filter((part) => part.startsWith('apps/'))
      .map((part) => `"${part}"`)
      .join('; ')} }
    ${[...nodes, ...arrows].join('\n    ')}
  }`;
}

const modules = importGraph();
const edges = edgesBetweenParts(modules);
const parts = [...new Set(modules.map(({ source }) => partOf(source)))].sort();
const unnamed = parts.filter((part) => !(part in WHAT));
if (unnamed.length > 0) throw new Error(`say in scripts/architecture.mjs what ${unnamed} is`);
const viz = await instance();
for (const [name, theme] of Object.entries(THEMES)) {
  const path = join(root, `docs/architecture-${name}.svg`);
  const drawn = viz.renderString(describe(parts, edges, modules, theme), { format: 'svg' });
  const svg = drawn
    .slice(drawn.indexOf('<svg'))
    .replace(/<title>.*<\/title>\n/g, '')
    .replaceAll('font-family="Helvetica,sans-Serif"', 'font-family="Helvetica,Arial,sans-serif"');
  if (!process.argv.includes('--check')) writeFileSync(path, svg);
  else if (readFileSync(path, 'utf8') !== svg) {
    console.error(`${path} is not what the imports say: node scripts/architecture.mjs`);
    process.exitCode = 1;
  }
}
