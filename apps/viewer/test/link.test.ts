import { describe, expect, it } from 'vitest';
import { type Choices, DEFAULT_CHOICES, readChoices, writeChoices } from '../src/lib/page/link.js';
import { sameOrigin } from '../src/lib/page/same-origin.js';

describe('links', () => {
  it('restore everything they were made of', () => {
    const choices: Choices = {
      filterView: 'opponent',
      filterScale: 'global',
      filterSort: 'chroma',
      filter: 12,
      layer: 'relu5',
      unit: 3,
      page: 'unit',
      mapScale: 'layer',
      tenCrop: true,
      change: { units: { conv1: [3, 17], conv5: [0] }, tower: 'B', gray: true },
    };
    const query = new URLSearchParams('weights=run/w.safetensors');
    writeChoices(query, choices);
    expect(readChoices(new URLSearchParams(query.toString()))).toEqual(choices);
    expect(query.get('weights')).toBe('run/w.safetensors');
  });

  it('say nothing about defaults', () => {
    const query = new URLSearchParams('view=gray&silent=conv1:3&tower=A');
    writeChoices(query, DEFAULT_CHOICES);
    expect(query.toString()).toBe('');
  });

  it('fall back to defaults where they make no sense', () => {
    const hostile =
      'view=<script>&filter=-1&unit=1e9&maps=all&silent=__proto__:1,conv1:x.2.2&tower=C&gray=yes';
    expect(readChoices(new URLSearchParams(hostile))).toEqual({
      ...DEFAULT_CHOICES,
      change: { units: { conv1: [2] }, tower: null, gray: false },
    });
  });

  it('lead to no other site', () => {
    const page = 'http://127.0.0.1:4173/viewer/?x=1';
    expect(sameOrigin('run/w.safetensors', page).href).toBe(
      'http://127.0.0.1:4173/viewer/run/w.safetensors',
    );
    for (const address of [
      'https://example.com/w',
      '//example.com/w',
      'data:text/plain,w',
      'http://127.0.0.1:1/w',
    ]) {
      expect(() => sameOrigin(address, page)).toThrow(/another site/);
    }
  });
});
