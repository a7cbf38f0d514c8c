import { asSource, type ByteSource, latin1 } from '@alexnet/files';
import { readMat } from '@alexnet/files/mat';
import type { Note } from '../alexnet/note.js';
import type { OpenOptions } from '../alexnet/open-options.js';
import type { StoredModel } from '../alexnet/stored-model.js';
import { assembleFound } from '../found/assemble-found.js';
import type { FoundLayer } from '../found/found-network.js';
import { findLayers } from './find-layers.js';
import { classNamesOf, inputOf, preprocessingIn } from './images.js';
import { readLayer } from './read-layer.js';

/**
 * Reads a network from a MatConvNet `.mat` file: SimpleNN or DagNN, deployed or a snapshot of training,
 * MATLAB 5 or 7.3. Dense layers are convolutions there; the ones at the end become dense. Its
 * importer has already turned Caffe's BGR into RGB.
 *
 * @throws FormatError
 */
export async function readMatconvnetModel(
  input: Uint8Array | ByteSource,
  options: OpenOptions,
): Promise<StoredModel> {
  const { layers: found, meta } = findLayers(await variablesOf(asSource(input)));
  const layers: FoundLayer[] = [];
  let channels: number | null = null;
  for (const layer of found) {
    const read: FoundLayer = readLayer(layer, channels);
    if (read.op === 'conv') channels = read.filters;
    layers.push(read);
  }
  const first = layers.find((layer) => layer.op === 'conv');
  const depth = first?.tensors.weight?.shape[2] ?? 3;
  const prepared = preprocessingIn(meta);
  const notes: Note[] = [...prepared.notes];
  const unknown = [...new Set(found.flatMap((layer) => layer.unknown))];
  if (unknown.length > 0) {
    const detail = `layers have fields that MatConvNet does not read: ${unknown.join(', ')}`;
    notes.push({ code: 'architecture', exact: true, detail });
  }
  return assembleFound(
    {
      format: 'matconvnet',
      network: { input: inputOf(meta, depth), layers, layout: 'channels-last' },
      front: null,
      channelOrder: 'rgb',
      preprocessing: prepared.preprocessing,
      classNames: classNamesOf(meta),
      notes,
    },
    options,
  );
}

async function variablesOf(source: ByteSource) {
  const head = latin1(await source.read(0, Math.min(10, source.size)));
  if (head !== 'MATLAB 7.3') return readMat(source);
  const { readMat73 } = await import('./mat73.js');
  return readMat73(await source.read(0, source.size));
}
