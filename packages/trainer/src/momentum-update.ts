import { kernelOf, type Tf } from '@alexnet/model';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';

/**
 * One update of one parameter by the rule of 2012: v = momentum v - learningRate (gradient +
 * decay w), then w = w + v, by the backend's kernel `AlexNetMomentumUpdate` where it has one; the two agree to
 * rounding. Source: paper, section 5; `weights.cu`, update().
 */
export function momentumUpdate(
  tf: Tf,
  tensors: { readonly variable: Variable; readonly velocity: Variable; readonly gradient: Tensor },
  rule: { readonly momentum: number; readonly learningRate: number; readonly decay: number },
): void {
  const { variable, velocity, gradient } = tensors;
  tf.tidy(() => {
    const fast = kernelOf(tf, 'AlexNetMomentumUpdate');
    if (fast) {
      const [nextVelocity, nextVariable] = fast(tensors, {
        momentum: rule.momentum,
        learningRate: rule.learningRate,
        decay: rule.decay,
      });
      velocity.assign(nextVelocity);
      variable.assign(nextVariable);
      return;
    }
    const pull = rule.decay === 0 ? gradient : tf.add(gradient, tf.mul(variable, rule.decay));
    velocity.assign(tf.sub(tf.mul(velocity, rule.momentum), tf.mul(pull, rule.learningRate)));
    variable.assign(tf.add(variable, velocity));
  });
}
