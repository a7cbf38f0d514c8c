import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { costSplit, createSpec, formatLayerTable, PRESET_NAMES } from '../src/index.js';

/** Formatters pad the cells of Markdown tables; only what is in them counts. */
const squeeze = (text: string) => text.replaceAll(/ +/g, ' ').replaceAll(/-{2,}/g, '--');

const path = `${import.meta.dirname}/../README.md`;

/** With UPDATE_README=1 the table is written, otherwise compared. */
it('shows the table and the sums the code computes', () => {
  const readme = readFileSync(path, 'utf8');
  const start = "<!-- table: formatLayerTable(createSpec(), 'markdown') -->\n";
  const [before = '', rest = ''] = readme.split(start);
  const after = rest.slice(rest.indexOf('<!-- /table -->'));
  const printed = `${before}${start}${formatLayerTable(createSpec(), 'markdown')}\n\n${after}`;
  if (process.env.UPDATE_README) writeFileSync(path, printed);
  else expect(squeeze(readme)).toBe(squeeze(printed));
  for (const preset of PRESET_NAMES) {
    const { parameters, macs } = costSplit(createSpec(preset)).total;
    const row = squeeze(readme)
      .split('\n')
      .find((line) => line.startsWith(`| \`${preset}\``));
    expect(row).toContain(
      `| ${parameters.toLocaleString('en-US')} | ${macs.toLocaleString('en-US')} |`,
    );
  }
});
