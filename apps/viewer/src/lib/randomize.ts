import type { Network, Tf } from '@alexnet/model';

/**
 * Overwrites the weights of every layer from the top down to `lowest` with noise of the same spread
 * (Adebayo et al. 2018: a map that does not change was never about the network).
 */
export function randomizeDownTo(tf: Tf, network: Network, lowest: string): void {
  const names = network.spec.layers.map(({ name }) => name);
  const from = names.indexOf(lowest);
  network.parameters.forEach(({ layer, kind, variable }, index) => {
    if (kind !== 'weight' || names.indexOf(layer) < from) return;
    tf.tidy(() => {
      const spread = tf.sqrt(tf.moments(variable).variance);
      variable.assign(
        tf.mul(tf.randomNormal(variable.shape, 0, 1, 'float32', 1000 + index), spread),
      );
    });
  });
}
