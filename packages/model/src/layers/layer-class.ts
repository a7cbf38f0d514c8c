import type { layers } from '@tensorflow/tfjs-layers';

/** A tfjs layer, whatever its class. */
export type TfLayer = InstanceType<typeof layers.Layer>;

/** A class of tfjs layers made from plain configuration data. */
export interface LayerClass<Config> {
  readonly className: string;
  new (config: Config): TfLayer;
}
