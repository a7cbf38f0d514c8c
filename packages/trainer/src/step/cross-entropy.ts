import { kernelOf, type Tf } from '@alexnet/model';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

const LOSS = 'AlexNetCrossEntropy';
const GRADIENT = 'AlexNetCrossEntropyGrad';

/** Mean softmax cross-entropy [scalar] of logits [n, classes] against distributions [n, classes]. */
export function crossEntropy(tf: Tf, logits: Tensor2D, targets: Tensor2D): Scalar {
  const fused = kernelOf(tf, LOSS);
  if (fused) {
    ensureGradient(tf);
    return fused({ logits, targets }, {});
  }
  // [n, classes] -> sum over classes [n] -> mean []
  return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1))) as Scalar;
}

/** How many rows of logits [n, classes] are largest at their label [n] int32: an int32 scalar. */
export function countHits(tf: Tf, logits: Tensor2D, labels: Tensor1D): Scalar {
  const fused = kernelOf(tf, 'AlexNetCountHits');
  if (fused) return fused({ logits, labels }, {});
  return tf.sum(tf.cast(tf.equal(tf.argMax(logits, 1), labels), 'int32')) as Scalar;
}

/** Connects the kernel for automatic differentiation, once; a backend that has the one has the other. */
function ensureGradient(tf: Tf): void {
  if (tf.getGradient(LOSS)) return;
  tf.registerGradient({
    kernelName: LOSS,
    inputsToSave: ['logits', 'targets'],
    gradFunc: (dy, [logits, targets]) => ({
      logits: () => {
        const gradient = kernelOf(tf, GRADIENT);
        if (!gradient) throw new Error(`${tf.getBackend()} has no kernel ${GRADIENT}`);
        return gradient({ logits, targets, dy } as Parameters<typeof gradient>[0], {});
      },
    }),
  });
}
