import type { FeatureShape } from '../spec/infer-shapes.js';
import type { Padding } from '../spec/layer-spec.js';
import type { NetworkSpec } from '../spec/network-spec.js';
import { type Cost, costSplit } from './cost-split.js';
import { type LayerRow, layerTable } from './layer-table.js';

const HEADINGS = [
  'layer',
  'output',
  'filter',
  'stride',
  'pad',
  'parameters',
  'MACs',
  'activation bytes',
  'sees',
  'every',
] as const;

/** Columns of text; the rest are numbers and align right. */
const TEXT_COLUMNS = 5;

/**
 * The layer table and its sums, for reading: as aligned text or as a Markdown table.
 *
 * A MAC is one multiply-add. `sees` is the side of the receptive field and `every` its step, both
 * in input pixels. For JSON, take {@link layerTable} and {@link costSplit}: they are plain data.
 */
export function formatLayerTable(spec: NetworkSpec, style: 'text' | 'markdown' = 'text'): string {
  const rows = layerTable(spec);
  const { conv, dense, total } = costSplit(spec);
  const { height, width, channels } = spec.input;
  const cells = [
    ['input', size([height, width, channels]), '', '', '', '', '', '', '', ''],
    ...rows.map(rowCells),
    [
      'total',
      '',
      '',
      '',
      '',
      count(total.parameters),
      count(total.macs),
      count(total.activationBytes),
      '',
      '',
    ],
  ];
  const sums = [
    sentence('Convolutions', conv),
    sentence('Dense head', dense),
    'A MAC is one multiply-add; biases, pools and norms count none.',
  ];
  const table = style === 'markdown' ? markdown(cells) : text(cells);
  return [table, '', ...sums.map((line) => (style === 'markdown' ? `- ${line}` : line))].join('\n');
}

function rowCells(row: LayerRow): string[] {
  return [
    row.name,
    size(row.output),
    row.filter === null
      ? ''
      : size(row.filter) + (row.groups > 1 ? ` in ${row.groups} groups` : ''),
    row.stride === null ? '' : String(row.stride),
    row.padding === null ? '' : sides(row.padding),
    row.parameters === 0 ? '' : count(row.parameters),
    row.macs === 0 ? '' : count(row.macs),
    count(row.activationBytes),
    either(row.receptiveField),
    either(row.receptiveStride),
  ];
}

function size(shape: FeatureShape | readonly [number, number]): string {
  return shape.join('×');
}

/** One number for a square, two otherwise. */
function either([down, across]: readonly [number, number]): string {
  return down === across ? String(down) : `${down}×${across}`;
}

function sides({ top, left, bottom, right }: Padding): string {
  if (top === left && top === bottom && top === right) return String(top);
  return `${top}/${bottom} ${left}/${right}`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function sentence(what: string, { parameters, parameterShare, macs, macShare }: Cost): string {
  return `${what}: ${count(parameters)} parameters (${percent(parameterShare)}), ${count(macs)} MACs (${percent(macShare)}).`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function markdown(cells: readonly string[][]): string {
  const rule = HEADINGS.map((_, column) => (column < TEXT_COLUMNS ? '---' : '--:'));
  return [HEADINGS, rule, ...cells].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function text(cells: readonly string[][]): string {
  const lines = [[...HEADINGS], ...cells];
  const widths = HEADINGS.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const format = (cell: string, column: number) => {
    const width = widths[column] ?? 0;
    return column < TEXT_COLUMNS ? cell.padEnd(width) : cell.padStart(width);
  };
  return lines.map((line) => line.map(format).join('  ').trimEnd()).join('\n');
}
