import type { Tf } from '../selection/tf.js';
import type { TfjsWebgpu } from './tfjs-webgpu.js';

/** WebGPU as the current backend. */
export interface OpenedWebgpu {
  readonly tf: Tf;
  readonly device: string;
}

/**
 * Opens WebGPU once: opening it again would destroy the buffers of every network that is on it. Whoever
 * asks later gets the same backend, until its device is lost. Calls take turns.
 */
export function openOnce(): (open: () => Promise<OpenedWebgpu>) => Promise<OpenedWebgpu> {
  let opened: OpenedWebgpu | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  const handOut = async (open: () => Promise<OpenedWebgpu>) => {
    if (opened) {
      await opened.tf.setBackend('webgpu');
      return opened;
    }
    const fresh = await open();
    opened = fresh;
    deviceOf(fresh).lost.then(() => {
      opened = undefined;
    });
    return fresh;
  };
  return (open) => {
    const mine = turn.then(() => handOut(open));
    turn = mine.catch(() => undefined);
    return mine;
  };
}

function deviceOf({ tf }: OpenedWebgpu): TfjsWebgpu['device'] {
  return (tf.backend() as unknown as TfjsWebgpu).device;
}
