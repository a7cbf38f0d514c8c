import type { FilterScale, FilterView } from '../filters/filter-tiles.js';
import type { MapScale } from '../maps/activation-images.js';
import { type Change, NO_CHANGE } from '../network/change.js';

export type FilterSort =
  | 'index'
  | 'chroma'
  | 'sensitivityContrast'
  | 'frequency'
  | 'orientation'
  | 'norm';

/** What the reader has chosen on the page: everything a link restores beside weights and image. */
export interface Choices {
  readonly filterView: FilterView;
  readonly filterScale: FilterScale;
  readonly filterSort: FilterSort;
  readonly filter: number | null;
  readonly layer: string | null;
  readonly unit: number | null;
  /** `unit` shows the page of `layer`'s `unit`, null the whole network. */
  readonly page: 'unit' | null;
  readonly mapScale: MapScale;
  readonly tenCrop: boolean;
  readonly change: Change;
}

export const DEFAULT_CHOICES: Choices = {
  filterView: 'rgb',
  filterScale: 'filter',
  filterSort: 'index',
  filter: null,
  layer: null,
  unit: null,
  page: null,
  mapScale: 'unit',
  tenCrop: false,
  change: NO_CHANGE,
};

const VIEWS: readonly FilterView[] = ['rgb', 'gray', 'opponent', 'red', 'green', 'blue'];
const FILTER_SCALES: readonly FilterScale[] = ['filter', 'global'];
const SORTS: readonly FilterSort[] = [
  'index',
  'chroma',
  'sensitivityContrast',
  'frequency',
  'orientation',
  'norm',
];
const MAP_SCALES: readonly MapScale[] = ['unit', 'layer', 'global'];
/** Units are silenced by index; a link with more than this is not one of ours. */
const MOST_SILENCED = 1000;

/** Choices in a query; what is missing or makes no sense is the default. */
export function readChoices(query: URLSearchParams): Choices {
  const tower = query.get('tower');
  return {
    filterView: oneOf(VIEWS, query.get('view')) ?? DEFAULT_CHOICES.filterView,
    filterScale: oneOf(FILTER_SCALES, query.get('scale')) ?? DEFAULT_CHOICES.filterScale,
    filterSort: oneOf(SORTS, query.get('sort')) ?? DEFAULT_CHOICES.filterSort,
    filter: index(query.get('filter')),
    layer: query.get('layer'),
    unit: index(query.get('unit')),
    page: query.get('page') === 'unit' ? 'unit' : null,
    mapScale: oneOf(MAP_SCALES, query.get('maps')) ?? DEFAULT_CHOICES.mapScale,
    tenCrop: query.get('crops') === 'ten',
    change: {
      units: readUnits(query.get('silent')),
      tower: tower === 'A' || tower === 'B' ? tower : null,
      gray: query.get('gray') === '1',
    },
  };
}

/** Writes choices into a query, leaving defaults out so that links stay short. */
export function writeChoices(query: URLSearchParams, choices: Choices): void {
  const { change } = choices;
  const silent = Object.entries(change.units)
    .filter(([, units]) => units.length > 0)
    .map(([layer, units]) => `${layer}:${units.join('.')}`)
    .join(',');
  const entries: readonly [string, string | null][] = [
    ['view', unless('rgb', choices.filterView)],
    ['scale', unless('filter', choices.filterScale)],
    ['sort', unless('index', choices.filterSort)],
    ['filter', choices.filter === null ? null : String(choices.filter)],
    ['layer', choices.layer],
    ['unit', choices.unit === null ? null : String(choices.unit)],
    ['page', choices.page],
    ['maps', unless('unit', choices.mapScale)],
    ['crops', choices.tenCrop ? 'ten' : null],
    ['silent', silent || null],
    ['tower', change.tower],
    ['gray', change.gray ? '1' : null],
  ];
  for (const [name, value] of entries) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
}

function unless(usual: string, value: string): string | null {
  return value === usual ? null : value;
}

function oneOf<T extends string>(known: readonly T[], value: string | null): T | undefined {
  return known.find((name) => name === value);
}

function index(text: string | null): number | null {
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : null;
}

function readUnits(text: string | null): Change['units'] {
  const units: Record<string, number[]> = {};
  for (const part of text?.split(',') ?? []) {
    const [layer = '', list = ''] = part.split(':');
    if (!/^[a-z]+\d+$/.test(layer)) continue;
    const found = list
      .split('.')
      .map(index)
      .filter((unit) => unit !== null);
    units[layer] = [...new Set(found)].slice(0, MOST_SILENCED).sort((a, b) => a - b);
  }
  return units;
}
