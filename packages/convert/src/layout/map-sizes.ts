import type { LayerSpec, NetworkSpec } from '@alexnet/model';

/** Size of the maps between two layers; a vector is one pixel. */
export interface MapSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** The maps that enter each layer. A spec is checked elsewhere; partial windows are dropped. */
export function mapSizes({ input, layers }: NetworkSpec): readonly MapSize[] {
  const sizes: MapSize[] = [];
  let size: MapSize = input;
  for (const layer of layers) {
    sizes.push(size);
    size = after(layer, size);
  }
  return sizes;
}

function after(layer: LayerSpec, { height, width, channels }: MapSize): MapSize {
  switch (layer.op) {
    case 'conv': {
      const { kernel, padding, stride, filters } = layer;
      return {
        height: windows(height + padding.top + padding.bottom, kernel[0], stride),
        width: windows(width + padding.left + padding.right, kernel[1], stride),
        channels: filters,
      };
    }
    case 'pool':
      return {
        height: windows(height, layer.size, layer.stride),
        width: windows(width, layer.size, layer.stride),
        channels,
      };
    case 'globalpool':
      return { height: 1, width: 1, channels };
    case 'dense':
      return { height: 1, width: 1, channels: layer.units };
    default:
      return { height, width, channels }; // a flatten keeps its map, for the dense layer to see
  }
}

/** Positions of a window along one side. */
function windows(side: number, window: number, stride: number): number {
  return Math.floor((side - window) / stride) + 1;
}
