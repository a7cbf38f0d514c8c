import type { FilterScale, FilterView } from '../lib/filters/filter-tiles.js';
import type { MapScale } from '../lib/maps/activation-images.js';
import { historyStep } from '../lib/page/history.js';
import { type FilterSort, readChoices, writeChoices } from '../lib/page/link.js';
import { second } from './second.svelte.js';
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
  page = $state(initial.page);
  mapScale = $state<MapScale>(initial.mapScale);

  /** Puts back what an address holds for the network and the image, once both are open. */
  async restore(query: URLSearchParams): Promise<void> {
    const choices = readChoices(query);
    const { filterView, filterScale, filterSort, filter, layer, unit, page, mapScale } = choices;
    Object.assign(this, {
      filterView,
      filterScale,
      filterSort,
      filter,
      layer,
      unit,
      page,
      mapScale,
    });
    if (choices.tenCrop !== viewer.tenCrop) await session.setTenCrop(choices.tenCrop);
    if (JSON.stringify(choices.change) !== JSON.stringify(viewer.change)) {
      await session.setChange(choices.change);
    }
  }

  /** The address that shows what is on the page now. */
  address(): string {
    const url = new URL(location.href);
    const { opened, image, tenCrop, change } = viewer;
    url.searchParams.delete('picture');
    for (const [name, value] of [
      ['weights', opened?.address],
      ['image', image?.address],
      ['second', second.opened?.address],
    ] as const) {
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
    }
    writeChoices(url.searchParams, { ...this.plain(), tenCrop, change });
    // Slashes, colons and commas are allowed in a query, and easier to read than %2F.
    url.search = url.search.replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%2C', ',');
    return url.href;
  }

  /** Makes the address say what is on the page; what Back should undo is a step of its own. */
  write(): void {
    const address = this.address();
    const step = historyStep(location.href, address);
    if (step === 'push') history.pushState(null, '', address);
    else if (step === 'replace') history.replaceState(null, '', address);
  }

  /** What of the page a link cannot carry, in words; null when it carries everything. */
  missing(): string | null {
    const own = [
      ...(viewer.opened && !viewer.opened.address ? ['weights'] : []),
      ...(viewer.image && !viewer.image.address ? ['image'] : []),
    ];
    return own.length === 0
      ? null
      : `Copied. Your own ${own.join(' and ')} ${own.length > 1 ? 'are' : 'is'} no part of a link: whoever opens it has to bring the same.`;
  }

  private plain() {
    const { filterView, filterScale, filterSort, filter, layer, unit, page, mapScale } = this;
    return { filterView, filterScale, filterSort, filter, layer, unit, page, mapScale };
  }
}

export const link = new LinkState();
