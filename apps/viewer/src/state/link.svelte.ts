import type { FilterScale, FilterView } from '../lib/filters/filter-tiles.js';
import type { MapScale } from '../lib/maps/activation-images.js';
import { type FilterSort, readChoices, writeChoices } from '../lib/page/link.js';
import { session, viewer } from './viewer.svelte.js';

const initial = readChoices(new URLSearchParams(location.search));

/** What the reader has chosen on the page, kept in the address. */
class LinkState {
  filterView = $state<FilterView>(initial.filterView);
  filterScale = $state<FilterScale>(initial.filterScale);
  filterSort = $state<FilterSort>(initial.filterSort);
  filter = $state(initial.filter);
  layer = $state(initial.layer);
  unit = $state(initial.unit);
  mapScale = $state<MapScale>(initial.mapScale);

  /** Puts back what a link holds for the network and the image, once both are open. */
  async restore(): Promise<void> {
    if (initial.tenCrop) await session.setTenCrop(true);
    await session.setChange(initial.change);
  }

  /** The address that shows what is on the page now. */
  address(): string {
    const url = new URL(location.href);
    const { opened, image, tenCrop, change } = viewer;
    for (const [name, value] of [
      ['weights', opened?.address],
      ['image', image?.address],
    ] as const) {
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
    }
    writeChoices(url.searchParams, { ...this.plain(), tenCrop, change });
    // Slashes, colons and commas are allowed in a query, and easier to read than %2F.
    url.search = url.search.replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%2C', ',');
    return url.href;
  }

  private plain() {
    const { filterView, filterScale, filterSort, filter, layer, unit, mapScale } = this;
    return { filterView, filterScale, filterSort, filter, layer, unit, mapScale };
  }
}

export const link = new LinkState();
