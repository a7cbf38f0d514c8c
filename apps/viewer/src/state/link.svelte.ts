import type { MapScale } from '../lib/activation-images.js';
import type { FilterScale, FilterView } from '../lib/filter-tiles.js';

export type FilterSort = 'index' | 'chroma' | 'frequency' | 'norm';

/** What the reader has chosen on the page, in the shape a link carries it. */
class LinkState {
  filterView = $state<FilterView>('rgb');
  filterScale = $state<FilterScale>('filter');
  filterSort = $state<FilterSort>('index');
  filter = $state<number | null>(null);
  layer = $state<string | null>(null);
  unit = $state<number | null>(null);
  mapScale = $state<MapScale>('unit');
}

export const link = new LinkState();
