import { inferShapes, layerTable, type NetworkSpec } from '@alexnet/model';
import { towerLayers } from '../network/change.js';

/** What a box stands for: an image, the maps of a layer with places, or a list of units. */
export type BoxKind = 'image' | 'maps' | 'units';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** One box of a stage; two where the network has towers there. */
export interface MapBox {
  readonly tower: 'A' | 'B' | null;
  /** The near face: as wide as there are channels, as high as a map. */
  readonly front: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  /** How far the box recedes to the upper right: a map's width, drawn at an angle. */
  readonly depth: number;
  /** Outline of the window the next convolution moves over this box, on its right face. */
  readonly window: readonly Point[];
  /** Where that window's answers go: the left face of boxes of the next stage. */
  readonly targets: readonly Point[];
}

/** A layer with weights (or the image) and what follows it without weights. */
export interface Stage {
  readonly layer: string;
  readonly kind: BoxKind;
  /** "55 × 55 × 96", or "4,096". */
  readonly size: readonly number[];
  readonly boxes: readonly MapBox[];
  /** Every layer of the stage in running order, the one with weights first. */
  readonly layers: readonly string[];
  readonly parameters: number;
  readonly macs: number;
  /** Middle of the stage, for its label. */
  readonly center: number;
  readonly width: number;
}

export interface NetworkMap {
  readonly width: number;
  readonly height: number;
  readonly stages: readonly Stage[];
}

/** Pixels of the drawing that the input's side takes; every map has the same scale. */
const INPUT_SIDE = 170;
/** Pixels of the drawing for one channel, and for one unit of a dense layer. */
const PER_CHANNEL = 0.2;
const PER_UNIT = 0.026;
/** A side that recedes is drawn this much shorter, as figure 2 of the paper has it. */
const FORESHORTENED = 0.32;
const LEAST = 4;
const UNIT_WIDTH = 13;
const GAP = 34;
/** Labels need this much room. */
const LEAST_STAGE = 78;
const BODY = 250;
const TOWER_GAP = 30;

/**
 * The network as figure 2 of the paper draws it, from its layer list: boxes to the scale of their
 * activations, two rows where there are two towers, windows and where they lead.
 *
 * Coordinates are pixels of a drawing `width` × `height`, boxes centered on half its height.
 */
export function networkMap(spec: NetworkSpec): NetworkMap {
  const shapes = new Map(inferShapes(spec).map(({ name, output }) => [name, output]));
  const costs = new Map(layerTable(spec).map((row) => [row.name, row]));
  const scale = INPUT_SIDE / Math.max(spec.input.height, spec.input.width);
  const towers = towerLayers(spec).length > 0;
  const groups = stagesOf(spec);

  let x = 0;
  const drawn = groups.map(({ layer, layers }) => {
    const first = spec.layers.find(({ name }) => name === layer);
    const shape = first
      ? (shapes.get(layer) ?? [])
      : [spec.input.height, spec.input.width, spec.input.channels];
    const kind: BoxKind = !first ? 'image' : shape.length === 3 ? 'maps' : 'units';
    const [rows = 1, columns = 1] = shape.length === 3 ? shape : [1, 1];
    const channels = shape.at(-1) ?? 1;
    const last = first && spec.layers.at(-1)?.name === layers.at(-1) && kind === 'units';
    const split = towers && first !== undefined && !last && channels % 2 === 0;
    const share = split ? channels / 2 : channels;
    const h = kind === 'units' ? Math.max(LEAST, share * PER_UNIT) : Math.max(LEAST, rows * scale);
    const w = kind === 'units' ? UNIT_WIDTH : Math.max(LEAST, share * PER_CHANNEL);
    const depth = kind === 'units' ? 0 : Math.max(LEAST / 2, columns * scale * FORESHORTENED);
    const width = Math.max(LEAST_STAGE, w + depth);
    const left = x + (width - w - depth) / 2;
    x += width + GAP;
    const offset = (h + depth + TOWER_GAP) / 2;
    const boxes = (split ? (['A', 'B'] as const) : [null]).map((tower) => ({
      tower,
      front: {
        x: left,
        y: BODY / 2 - h / 2 + depth / 2 + (tower === 'A' ? -offset : tower === 'B' ? offset : 0),
        w,
        h,
      },
      depth,
    }));
    const parts = layers.flatMap((name) => costs.get(name) ?? []);
    return {
      layer,
      kind,
      size: [...shape],
      layers,
      boxes,
      rows,
      columns,
      parameters: parts.reduce((sum, row) => sum + row.parameters, 0),
      macs: parts.reduce((sum, row) => sum + row.macs, 0),
      center: x - GAP - width / 2,
      width,
    };
  });

  const stages = drawn.map(({ boxes, rows, columns, ...stage }, index): Stage => {
    const next = drawn[index + 1];
    const layer = spec.layers.find(({ name }) => name === next?.layer);
    // A convolution by groups reads its own tower; any other layer reads both.
    const apart = layer?.op === 'conv' && layer.groups > 1;
    return {
      ...stage,
      boxes: boxes.map((box) => ({
        ...box,
        window: layer?.op === 'conv' ? windowOn(box, layer.kernel, rows, columns) : [],
        targets: (next?.boxes ?? [])
          .filter(({ tower }) => !apart || box.tower === null || tower === box.tower)
          .map(({ front }) => ({ x: front.x, y: front.y + front.h / 2 })),
      })),
    };
  });
  const top = Math.min(...drawn.flatMap(({ boxes }) => boxes.map((b) => b.front.y - b.depth)));
  const bottom = Math.max(...drawn.flatMap(({ boxes }) => boxes.map((b) => b.front.y + b.front.h)));
  return shifted({ width: x - GAP, height: bottom - top + 12, stages }, 6 - top);
}

/** The image, then each layer with weights and those without that follow it. */
function stagesOf(spec: NetworkSpec): { layer: string; layers: string[] }[] {
  const stages: { layer: string; layers: string[] }[] = [{ layer: 'image', layers: [] }];
  for (const { name, op } of spec.layers) {
    if (op === 'conv' || op === 'dense' || op === 'globalpool') {
      stages.push({ layer: name, layers: [name] });
    } else if (op !== 'dropout' && op !== 'flatten') {
      stages.at(-1)?.layers.push(name);
    }
  }
  return stages;
}

type Drawn = Omit<MapBox, 'window' | 'targets'>;

/** Corners of a window in the middle of a box's right face. */
function windowOn(
  { front, depth }: Drawn,
  [height, width]: readonly [number, number],
  rows: number,
  columns: number,
): Point[] {
  const at = (u: number, v: number): Point => ({
    x: front.x + front.w + u * depth,
    y: front.y - u * depth + v * front.h,
  });
  const [du, dv] = [Math.min(1, width / columns) / 2, Math.min(1, height / rows) / 2];
  return [
    at(0.5 - du, 0.5 - dv),
    at(0.5 + du, 0.5 - dv),
    at(0.5 + du, 0.5 + dv),
    at(0.5 - du, 0.5 + dv),
  ];
}

function shifted(map: NetworkMap, by: number): NetworkMap {
  const move = ({ x, y }: Point): Point => ({ x, y: y + by });
  return {
    ...map,
    stages: map.stages.map((stage) => ({
      ...stage,
      boxes: stage.boxes.map((box) => ({
        ...box,
        front: { ...box.front, y: box.front.y + by },
        window: box.window.map(move),
        targets: box.targets.map(move),
      })),
    })),
  };
}
