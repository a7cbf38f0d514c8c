import { TF_FLOAT } from '../ops/raw-ops.js';
import type { CreateWriter } from './parameter-writer.js';

/** By the ops of addon/step_ops.h, into the memory of the parameters that the graph is given. */
export const writeInPlace: CreateWriter = (recorder, inputs) => {
  const { loss, squaredNorm, gradients, numbers, share, clipNorm, isRateInside } = inputs;
  const gate = recorder.add('AlexNetGate', { limit: { float: clipNorm } }, [loss, squaredNorm]);
  // Whatever reads a parameter is on the way to one of these.
  const after = [gate, ...gradients];
  const written = new Map<number, number>();
  const averaged: number[] = [];
  return {
    update(variable, velocity, gradient, row) {
      const from = [recorder.slotOfId(variable), recorder.slotOfId(velocity), gradient];
      const attributes = { row, inside: isRateInside ? 1 : 0 };
      const update = recorder.add('AlexNetUpdate', attributes, [...from, numbers, gate], { after });
      written.set(variable, update);
    },
    store(parameter, next) {
      const from = [recorder.slotOfId(parameter), next, gate];
      written.set(parameter, recorder.add('AlexNetStore', {}, from, { after }));
    },
    average(mean, live) {
      const from = [recorder.slotOfId(mean), recorder.slotOfId(live), share, gate];
      const first = [written.get(live) ?? gate];
      averaged.push(recorder.add('AlexNetAverage', {}, from, { after: first }));
    },
    done() {
      const ends = [...written.values(), ...averaged];
      return recorder.add('AddN', { N: ends.length, T: TF_FLOAT }, ends);
    },
  };
};
