import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser } from '../browser-page.js';
import { blockFile, typeErrors } from './check-types.js';
import { compareOutput } from './compare-output.js';
import { ROOT } from './link-package.mjs';
import { createPageFolder, type PageFolder } from './page-folder.js';
import { type Block, parseBlocks } from './parse-blocks.js';
import { hasTensorflow, isCode, runBlock } from './run-block.js';

/** Every code block of every page runs, and prints what the page says. */

const probe = createPageFolder();
const tensorflow = await hasTensorflow(probe);
probe.remove();

for (const name of pagesUnder('')) {
  let page: readonly Block[];
  try {
    page = parseBlocks(name, readFileSync(join(ROOT, name), 'utf8'));
  } catch (error) {
    it(name, () => {
      throw error;
    });
    continue;
  }
  if (!page.some((block) => isCode(block) || block.file !== null)) continue;

  describe(name, () => {
    let folder: PageFolder;
    beforeAll(() => {
      folder = createPageFolder();
    });
    afterAll(() => folder.remove());

    for (const block of page.filter((block) => isCode(block) || block.file !== null)) {
      const why = whyNot(block);
      const title = `line ${block.line}, ${block.file ?? block.language}`;
      it.skipIf(why !== '')(why === '' ? title : `${title} (${why})`, async () => {
        const printed = await runBlock(block, page, folder);
        if (block.output === null) return;
        const difference = compareOutput(block.output, printed);
        expect(difference, `${difference}\nprinted was:\n${printed}`).toBeNull();
      });
    }

    if (page.some((block) => block.language === 'ts' && isCode(block) && whyNot(block) === '')) {
      it('is well typed', () => {
        const files = page
          .map(({ line }) => blockFile(folder.path, line))
          .filter((file) => file !== null);
        expect(typeErrors(folder.path, files)).toEqual([]);
      });
    }
  });
}

/** Markdown pages of the repository, but for what it generates, installs or hides. */
function pagesUnder(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (/^(node_modules|dist|runs|CHANGELOG\.md|\..*)$/.test(entry.name)) return [];
      if (entry.isDirectory()) return pagesUnder(path);
      return entry.name.endsWith('.md') ? [path] : [];
    });
}

function whyNot(block: Block): string {
  if (block.notRun !== null) return `not run: ${block.notRun}`;
  if (block.needsTensorflow && !tensorflow) return 'TensorFlow could not be built';
  if (block.browser && noBrowser !== '') return noBrowser;
  return '';
}
