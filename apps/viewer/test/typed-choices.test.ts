import { createSpec } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import { preparedBy } from '../src/lib/images/typed-preprocessing.js';
import { choicesOf, describedBy, describedByFile } from '../src/lib/weights/typed-description.js';

const none = choicesOf(null);
const asks = ['preset', 'modifiers'] as const;

describe('a network described on the page', () => {
  it('is a preset and what differs from it, and the form shows it again', () => {
    const choices = {
      ...none,
      preset: 'alexnet',
      norm: 'none',
      pool: 'avg',
      input: '224',
    } as const;
    const padded = { ...choices, padding: '2', groups: '2', channelOrder: 'bgr' } as const;
    const description = describedBy(padded, asks);
    expect(description).toEqual({
      preset: 'alexnet',
      modifiers: {
        norm: 'none',
        pool: 'avg',
        groups: 2,
        input: 224,
        conv1: { padding: 2, rounding: 'floor' },
      },
      channelOrder: 'bgr',
    });
    expect(choicesOf(description)).toEqual(padded);
  });

  it.each([
    [none, 'Choose the network'],
    [{ ...none, preset: 'paper', input: 'large' } as const, 'The image size is a whole number'],
    [{ ...none, preset: 'paper', input: '224' } as const, '(224 - 11) / 4 + 1 = 54.25'],
  ])('is refused with the reason', (choices, message) => {
    expect(() => describedBy(choices, asks)).toThrow(message);
  });

  it('is what alone was asked for', () => {
    expect(() => describedBy(none, ['dataFormat'])).toThrow('Choose the order of the maps');
    expect(() => describedBy({ ...none, epsilon: '2' }, ['epsilon'])).toThrow('1 at most');
    const said = { ...none, dataFormat: 'channels_first', epsilon: '0.001' } as const;
    const description = describedBy(said, ['dataFormat', 'epsilon']);
    expect(description).toEqual({ dataFormat: 'channels_first', epsilon: 0.001 });
    expect(choicesOf(description)).toEqual(said);
  });

  it('is a file of its layers, checked', () => {
    const spec = createSpec('paper', { norm: 'none' });
    expect(describedByFile('net.json', JSON.stringify(spec))).toEqual({ spec });
    expect(() => describedByFile('net.json', 'layers:')).toThrow('net.json is not JSON');
    expect(() => describedByFile('net.json', '{"input":{}}')).toThrow('layers');
  });
});

describe('a preparation typed on the page', () => {
  const typed = {
    size: '256',
    squash: true,
    range: '255',
    order: 'bgr',
    mean: '123, 117 104',
    std: '',
  };
  const spec = createSpec('caffe');

  it('has its numbers in the order the network takes', () => {
    expect(preparedBy({ ...typed, range: '255', order: 'bgr' }, spec)).toEqual({
      resize: { shorterSide: 256, squash: true },
      crop: { height: 227, width: 227 },
      channelOrder: 'bgr',
      range: 255,
      mean: [104, 117, 123],
      std: null,
    });
  });

  it.each([
    [{ size: '200' }, 'at least 227'],
    [{ mean: '1 2' }, 'The mean is three numbers'],
    [{ std: '1 0 1' }, 'A deviation is more than 0'],
  ])('is refused with the reason', (change, message) => {
    const choices = { ...typed, range: '255', order: 'rgb', ...change } as const;
    expect(() => preparedBy(choices, spec)).toThrow(message);
  });
});
