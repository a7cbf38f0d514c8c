import { decodeSafetensors, encodeSafetensors, type SafetensorsTensor } from '@alexnet/convert';
import type { Weight } from '@alexnet/model';
import type { TensorCodec } from '@alexnet/trainer/node';

/** Checkpoints are safetensors files of F32 tensors in tfjs layout. */
export const checkpointCodec: TensorCodec = {
  encode(tensors, metadata) {
    const stored = new Map<string, SafetensorsTensor>();
    for (const [name, { shape, data }] of tensors) {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      stored.set(name, { dtype: 'F32', shape, data: bytes });
    }
    return encodeSafetensors(stored, new Map(Object.entries(metadata)));
  },
  decode(bytes) {
    const { tensors, metadata } = decodeSafetensors(bytes);
    const weights = new Map<string, Weight>();
    for (const [name, { shape, data }] of tensors) {
      // A copy: the file's bytes need not be aligned to four.
      weights.set(name, { shape, data: new Float32Array(new Uint8Array(data).buffer) });
    }
    return { tensors: weights, metadata: Object.fromEntries(metadata) };
  },
};
