import { TF_DOUBLE, TF_FLOAT } from '../ops/raw-ops.js';
import type { CreateWriter } from './parameter-writer.js';

/**
 * By TensorFlow's own ops, which have kernels for GPUs, into variables of the session. The arithmetic is
 * that of addon/step_ops.h, term by term. A variable takes over the memory of its new value: nothing is
 * copied, and what read the old one keeps it.
 */
export const writeVariables: CreateWriter = (recorder, inputs) => {
  const { loss, squaredNorm, share, learned, clipNorm, isRateInside } = inputs;
  const float = (op: string, ...from: readonly number[]) => recorder.add(op, { T: TF_FLOAT }, from);
  const cast = (slot: number, SrcT: number, DstT: number) =>
    recorder.add('Cast', { SrcT, DstT }, [slot]);
  const and = (a: number, b: number) => recorder.add('LogicalAnd', {}, [a, b]);

  const isOpen = and(float('IsFinite', loss), float('IsFinite', squaredNorm));
  const scale = clipNorm > 0 ? scaleAbove(clipNorm) : undefined;
  const flat = recorder.add('Reshape', { T: TF_FLOAT }, [inputs.numbers, recorder.ints([-1])]);
  const first = recorder.add('Unpack', { num: 3 * learned, axis: 0, T: TF_FLOAT }, [flat], {
    outputs: 3 * learned,
  });
  const zero = recorder.scalar(0);
  /** New values by id. */
  const values = new Map<number, number>();
  const assigned: number[] = [];

  /** Less than 1 where the norm is above the limit. */
  function scaleAbove(limit: number): number {
    const double = { T: TF_DOUBLE };
    const norm = recorder.add('Sqrt', double, [cast(squaredNorm, TF_FLOAT, TF_DOUBLE)]);
    const most = cast(recorder.scalar(limit), TF_FLOAT, TF_DOUBLE);
    const ratio = cast(recorder.add('RealDiv', double, [most, norm]), TF_DOUBLE, TF_FLOAT);
    const isAbove = recorder.add('Greater', double, [norm, most]);
    return float('SelectV2', isAbove, ratio, recorder.scalar(1));
  }

  const assign = (parameter: number, isChanged: number, next: number) => {
    const value = float('SelectV2', isChanged, next, recorder.slotOfId(parameter));
    const handle = recorder.handleOfId(parameter);
    values.set(parameter, value);
    assigned.push(
      recorder.add('AssignVariableOp', { dtype: TF_FLOAT }, [handle, value], { outputs: 0 }),
    );
  };

  return {
    update(variable, velocity, gradient, row) {
      const [w, v] = [recorder.slotOfId(variable), recorder.slotOfId(velocity)];
      const [momentum, rate, third] = [0, 1, 2].map((at) => first + 3 * row + at) as [
        number,
        number,
        number,
      ];
      const slope = scale === undefined ? gradient : float('Mul', gradient, scale);
      const kept = float('Mul', v, momentum);
      const pull = float('Mul', w, third);
      const nextVelocity = isRateInside
        ? float('Sub', float('Sub', kept, float('Mul', slope, rate)), pull)
        : float('AddV2', kept, float('AddV2', slope, pull));
      const next = isRateInside
        ? float('AddV2', w, nextVelocity)
        : float('Sub', w, float('Mul', nextVelocity, rate));
      const isChanged = and(isOpen, float('NotEqual', rate, zero));
      assign(velocity, isChanged, nextVelocity);
      assign(variable, isChanged, next);
    },
    store(parameter, next) {
      assign(parameter, isOpen, next);
    },
    average(mean, live) {
      const before = recorder.slotOfId(mean);
      const difference = float('Sub', values.get(live) ?? recorder.slotOfId(live), before);
      assign(mean, isOpen, float('AddV2', before, float('Mul', difference, share)));
    },
    done: () => recorder.add('Identity', { T: TF_FLOAT }, [loss], { after: assigned }),
  };
};
