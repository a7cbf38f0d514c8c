/**
 * Prints, as one line of JSON, what training in half precision does. On software WebGPU, which has no such type,
 * factors are rounded to it in float32, all else is as on a device that has it.
 */
import { selectBackend, setPrecision } from '@alexnet/backend/node';
import { predict } from '@alexnet/model';
import { INITIAL_STATE, initialSnapshot, train } from '@alexnet/trainer';
import {
  at,
  base,
  batchOf,
  begin,
  bits,
  colors,
  end,
  imagesOf,
  networkOf,
  preprocessing,
} from './taped-training.mjs';

const { tf } = await selectBackend({ require: 'webgpu' });
let refused = '';
try {
  setPrecision(tf, 'fp16');
  setPrecision(tf, 'fp32');
} catch (error) {
  refused = error.message;
}
const inHalf = () => {
  tf.backend().halfNumbers ??= 'rounded';
  setPrecision(tf, 'fp16');
};

const weightsOf = async ({ network }) =>
  [...(await network.getWeights())].map(([, { data }]) => bits(data)).join();
const predictionOf = async ({ network }) => {
  const x = tf.tensor4d(batchOf(3, 9).pixels, [3, 32, 32, 3]);
  const answers = [];
  // On tape from the second call on.
  for (let call = 0; call < 2; call++) {
    const rows = await predict(network, x);
    answers.push(rows.flatMap(({ probabilities }) => [...probabilities]));
  }
  x.dispose();
  return answers;
};

// The same step in float32, then in half precision with and without a scale, on tape and op by op.
const groups = { groups: 2 };
const once = async (way, lossScale) => {
  const own = begin(networkOf(tf, groups), way);
  const moment = lossScale === undefined ? at(1) : { ...at(1), lossScale };
  const result = await own.step.run(batchOf(8, 1), moment);
  return { ...own, result };
};
const exact = await once('compiled');
const [exactAnswers] = await predictionOf(exact);
end(exact);
inHalf();
const steps = [];
for (const lossScale of [1, 2 ** 15]) {
  const own = await once('compiled', lossScale);
  steps.push([
    own.result.loss / exact.result.loss - 1,
    own.result.gradientNorm / exact.result.gradientNorm - 1,
  ]);
  end(own);
}
const taped = await once('compiled', 2 ** 15);
const plain = await once('op by op', 2 ** 15);
const before = await weightsOf(taped);
const equal = before === (await weightsOf(plain));
end(plain);

// A scale that is too high changes nothing, and the step behind it is as any other.
const overflow = await taped.step.run(batchOf(8, 2), { ...at(2), lossScale: 2 ** 40 });
const after = await weightsOf(taped);
const answers = await predictionOf(taped);
const again = await taped.step.run(batchOf(8, 2), { ...at(2), lossScale: 2 ** 10 });
const left = {
  loss: overflow.loss,
  isFinite: Number.isFinite(overflow.gradientNorm),
  isUnchanged: after === before,
  next: Number.isFinite(again.gradientNorm) && (await weightsOf(taped)) !== after,
};
end(taped);

// From a scale that has to come down: one run, and the same in two.
const scaled = { scale: 2 ** 18, goodSteps: 5 };
const run = async (from, maxSteps) => {
  const network = networkOf(tf);
  const updates = [];
  let last;
  await train({
    network,
    recipe: { ...base, epochs: 1, batchSize: 2 },
    preprocessing,
    colors,
    seed: 5,
    train: imagesOf(8),
    validation: null,
    from: from ?? {
      ...(await initialSnapshot(network)),
      state: { ...INITIAL_STATE, lossScale: scaled },
    },
    ...(maxSteps ? { maxSteps } : {}),
    observer: {
      onStep: ({ globalStep }) => updates.push(globalStep),
      onSnapshot: async (snapshot) => {
        last = snapshot;
      },
    },
  });
  network.dispose();
  return { last, updates };
};
const whole = await run();
const first = await run(undefined, 1);
const second = await run(first.last);
const saved = ({ last }) => [...last.weights, ...last.velocities].map(([, { data }]) => bits(data));
const training = {
  updates: whole.updates,
  lossScale: whole.last.state.lossScale,
  resumed: [...first.updates, ...second.updates],
  resumedScale: second.last.state.lossScale,
  same: String(saved(whole)) === String(saved(second)),
};
const difference = Math.max(...answers[0].map((value, i) => Math.abs(value - answers[1][i])));
console.log(
  JSON.stringify({
    refused,
    steps,
    equal,
    left,
    training,
    difference,
    answers: [exactAnswers, answers[0]],
    changed: exact.changed,
  }),
);
process.exit(0);
