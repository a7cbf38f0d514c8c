import { gzipSync } from 'node:zlib';
import { encodeTarFile, TAR_END } from '@alexnet/files/tar';
import { writeZip } from '@alexnet/files/zip';
import { describe, expect, it } from 'vitest';
import { openModel } from '../src/index.js';
import { fixture } from './golden.js';
import { sameWeights } from './networks.js';
import { withParts } from './with-parts.js';

const weights = fixture('torchvision-tiny.pth');
const readme = new TextEncoder().encode('# Weights');
const zip = (files: Record<string, Uint8Array>) =>
  writeZip(Object.entries(files).map(([name, data]) => ({ name, data })));
const tar = Buffer.concat([
  encodeTarFile('net/README.md', readme),
  encodeTarFile('net/weights.pth', weights),
  TAR_END,
]);

describe('weights in an archive', () => {
  it.each([
    ['gz', gzipSync(weights)],
    ['zip', zip({ 'net/README.md': readme, 'net/weights.pth': weights })],
    ['tar', tar],
    ['tar.gz', gzipSync(tar)],
  ])('are read out of a %s', async (_kind, bytes) => {
    const { model } = await openModel(new Uint8Array(bytes));
    const bare = await openModel(weights);
    expect(sameWeights(model.weights, bare.model.weights)).toBe(true);
  });

  it.each([
    ['classes as JSON', { 'imagenet_class_index.json': '{"0": ["n01440764", "tench"]}' }],
    ['classes as a pickle', { 'classes.pkl': '\x80\x02]q\0(X\x01\0\0\0aq\x01e.' }],
    ['a graph without numbers', { 'saved_model.pb': '\x08\x01\x12\x14\x0a\x05\x12\x03abc' }],
  ])('are found beside %s', async (_name, others) => {
    const beside = Object.entries(others).map(([name, text]) => [
      name,
      Uint8Array.from(text, (letter) => letter.charCodeAt(0)),
    ]);
    const bytes = zip({ ...Object.fromEntries(beside), 'alexnet.pth': weights });
    const { model } = await openModel(bytes);
    expect(model.spec.preset).toBe('torchvision');
  });

  it('of Caffe take the mean image beside them', async () => {
    const [weights, mean] = [fixture('caffe-v2.caffemodel'), fixture('caffe-mean.binaryproto')];
    const archive = zip({ 'net/snap.caffemodel': weights, 'net/mean.binaryproto': mean });
    const allow = ['mean-image', 'precision'] as const;
    const { model, notes } = await openModel(archive, { allow });
    const given = await openModel(weights, { mean, allow });
    expect(model.preprocessing).toEqual(given.model.preprocessing);
    expect(notes.map(({ detail }) => detail)).toContain(
      'mean.binaryproto beside it in the archive was taken as the mean image',
    );
    const two = zip({ 'a.caffemodel': weights, 'a.binaryproto': mean, 'b.binaryproto': mean });
    await expect(openModel(two)).rejects.toThrow('several mean images (a.binaryproto, b.binary');
    await expect(openModel(two, { mean, allow })).resolves.toBeDefined();
  });

  it('of TensorFlow find their shards in a folder', async () => {
    const parts = ['tf2.index', 'tf2.data-00000-of-00001'];
    const archive = zip(Object.fromEntries(parts.map((name) => [`m/${name}`, fixture(name)])));
    const { model } = await openModel(archive);
    expect(model.spec.preset).toBe('torchvision');
  });

  it('of safetensors take their shards', async () => {
    const index = 'kind-model.safetensors.index.json';
    const parts = [1, 2].map((part) => `kind-model-0000${part}-of-00002.safetensors`);
    const files = Object.fromEntries([index, ...parts].map((name) => [`m/${name}`, fixture(name)]));
    const { model } = await openModel(zip(files));
    expect(model.spec.preset).toBe('torchvision');
  });

  it('are asked for where there are several', async () => {
    const both = zip({ 'a.pth': weights, 'b.mat': fixture('matconvnet.mat') });
    await expect(openModel(both)).rejects.toThrow('holds several networks (a.pth, b.mat)');
  });
});

describe('a file without weights', () => {
  it.each([
    ['empty', new Uint8Array(), 'is empty'],
    ['a zip cut short', zip({ 'a.pth': weights }).slice(0, 3000), 'ends before its list of files'],
    ['torch.export', zip({ 'm/models/model.json': readme, 'm/data/a.pth': weights }), '(.pt2)'],
    ['a plain pickle', Uint8Array.from([0x80, 2, 0x7d, 0x71, 0, 0x2e]), 'a pickle of Python'],
  ])('is named for what it is: %s', async (_kind, bytes, message) => {
    const reading = openModel(bytes);
    await expect(reading).rejects.toThrow(expect.objectContaining({ code: 'not-this-format' }));
    await expect(reading).rejects.toThrow(message);
  });
});

const flattened = (name: string) =>
  name.endsWith('.npz') ? ({ dataFormat: 'channels_last' } as const) : {};

describe('a flipped bit in the numbers', () => {
  it.each(['written.npz', 'kind-tower.pth'])('is noticed in %s', async (name) => {
    const bytes = fixture(name).slice();
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 4;
    const preset = name.endsWith('.npz') ? 'caffe' : 'alexnet';
    await expect(openModel(bytes, { preset, ...flattened(name) })).rejects.toThrow(
      'checksum does not match',
    );
  });

  it('is noticed in the data of a TensorFlow checkpoint', async () => {
    const data = fixture('tf2.data-00000-of-00001').slice();
    const at = Math.floor(data.length / 2);
    data[at] = (data[at] ?? 0) ^ 4;
    const parts = new Map([['tf2.data-00000-of-00001', data]]);
    const source = withParts('tf2.index', fixture('tf2.index'), parts);
    const reading = openModel(source, { preset: 'torchvision', dataFormat: 'channels_last' });
    await expect(reading).rejects.toThrow('checksum does not match');
  });
});

describe('files that are no weights', () => {
  it.each([
    ['version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n', 'git lfs pull'],
    ['<!DOCTYPE html><html>', 'a web page'],
    ['{"error":"Not Found"}', 'a server that refused'],
    ['name: "AlexNet"\nlayer { name: "data" }', '.prototxt'],
    ['\x08\x90\x4e\x12\x1bsnap_iter_10000.caffemodel', '.solverstate'],
    [
      '\x08\x01\x12\xdf\xee\x06\x0a\xae\x18\x12\xfe\x17\x0a\x5e\x0a\x10AssignVariableOp',
      'SavedModel',
    ],
    ['\x0a\x49\x0a\x05input\x12\x0bPlaceholder*\x0b', 'a frozen graph of TensorFlow'],
    ['\x1c\0\0\0TFL3', 'TensorFlow Lite'],
    // The first input of a Core ML model: its name, then its type.
    ['\x08\x01\x12\x20\x0a\x0f\x0a\x05image\x1a\x06\x22\x04\x08\x0a\x10\x0a', 'Core ML'],
    ['<?xml version="1.0"?>\n<net name="alexnet" version="11">', 'OpenVINO'],
    ['<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>', 'a server that refused'],
    ['<?xml version="1.0"?>\n<!DOCTYPE html>\n<html>', 'a web page'],
    ['\x12\x01\0\0\0\0\0\0\0\0\0\0', 'MXNet'],
    ['\0\0\0\0\x02\0\0\0\x05\0\0\0\0\x7d', 'Darknet'],
    ['7767517\n24 24\nInput data 0 1 data', 'ncnn'],
  ])('%j is named for what it is', async (text, message) => {
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    await expect(openModel(bytes)).rejects.toThrow(message);
  });

  it.each([
    [{ 'a/data.pkl': readme, 'a/constants.pkl': readme }, 'TorchScript'],
    [{ 'a/archive_format': readme, 'a/data.pkl': readme }, 'torch.export'],
  ])('archives of programs are named', async (files, message) => {
    await expect(openModel(zip(files as Record<string, Uint8Array>))).rejects.toThrow(message);
  });
});
