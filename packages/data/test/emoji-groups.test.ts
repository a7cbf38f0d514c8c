import { describe, expect, it } from 'vitest';
import { EMOJI_GROUPS, readEmojiSets, VALIDATION_SET } from '../src/sources/emoji/emoji-groups.js';

describe('readEmojiSets', async () => {
  const { icons, license } = await readEmojiSets();
  const group = (set: string, name: string) => {
    const icon = icons.find((candidate) => candidate.set === set && candidate.name === name);
    return icon && EMOJI_GROUPS[icon.group];
  };

  it('finds every image of the five pinned sets once', () => {
    const counts: Record<string, number> = {};
    for (const { set } of icons) counts[set] = (counts[set] ?? 0) + 1;
    expect(counts).toEqual({
      noto: 1689,
      twemoji: 1943,
      openmoji: 1950,
      emojione: 1397,
      'fluent-emoji-flat': 1594,
    });
    expect(new Set(icons.map(({ set, name }) => `${set}/${name}`)).size).toBe(icons.length);
  });

  it('gives one emoji one group, whatever its set calls it', () => {
    // fluent-emoji-flat files a crab under food; emojione knows "Nature" and "People" only.
    expect(group('fluent-emoji-flat', 'crab')).toBe('Animals & Nature');
    expect(group('emojione', 'bear-face')).toBe('Animals & Nature');
    expect(group('emojione', 'dizzy-face')).toBe('Smileys & Emotion');
    expect(group('emojione', 'flag-for-chad')).toBe('Flags');
    const labels = new Map<string, number>();
    for (const { name, group: label } of icons) {
      expect(labels.get(name) ?? label, name).toBe(label);
      labels.set(name, label);
    }
  });

  it('leaves out skin tones and what is not in Unicode', () => {
    expect(group('noto', 'waving-hand')).toBe('People & Body');
    expect(icons.filter(({ name }) => /skin-tone|-dark$|-tone[1-5]/.test(name))).toEqual([]);
    expect(group('openmoji', '3d-printer')).toBeUndefined();
    expect(group('openmoji', 'alabama-flag')).toBeUndefined();
  });

  it('has a majority class of 21.5 % in the held-out set', () => {
    const held = icons.filter(({ set }) => set === VALIDATION_SET);
    const counts = EMOJI_GROUPS.map((_, i) => held.filter((icon) => icon.group === i).length);
    expect(Math.max(...counts) / held.length).toBeCloseTo(342 / 1594, 10);
  });

  it('names the license of every set', () => {
    for (const word of ['noto: Apache-2.0', 'twemoji: CC-BY-4.0', 'openmoji: CC-BY-SA-4.0']) {
      expect(license).toContain(word);
    }
    expect(license).toContain('fluent-emoji-flat: MIT');
  });
});
