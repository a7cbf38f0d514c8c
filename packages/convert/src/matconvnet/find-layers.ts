import type { MatValue } from '@alexnet/files/mat';
import { FormatError } from '../format-error.js';
import { cells, type Fields, fieldsOf, structs, text, texts } from './mat-fields.js';

/** A layer, whichever of MatConvNet's two wrappers saved it. */
export interface MatLayer {
  /** As SimpleNN has it: conv, pool, relu … */
  readonly type: string;
  readonly name: string;
  /** Its options by SimpleNN's names. */
  readonly options: Fields;
  /** Its filters and biases, or factor, offset and moments. */
  readonly weights: readonly (MatValue | undefined)[];
  /** Options that are none of MatConvNet's, which never looks at them. */
  readonly unknown: readonly string[];
}

/** A network of a file, and what it says of images and classes. */
export interface MatNetwork {
  readonly layers: readonly MatLayer[];
  readonly meta: Fields;
}

/** What vl_simplenn reads of a layer. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  conv: ['pad', 'stride', 'dilate', 'opts'],
  pool: ['method', 'pool', 'pad', 'stride', 'opts'],
  relu: ['leak', 'opts'],
  sigmoid: [],
  lrn: ['param'],
  bnorm: ['epsilon', 'opts'],
  dropout: ['rate'],
  softmax: [],
};
/** What it or cnn_train keep beside. */
const IDLE =
  /^(type|name|weights|filters|biases|momentum|precious|class|size|rememberOutput|useShortCircuit|frozen|numChannels|hasBias|poolSize|(filters|biases)?(L|l)earningRate|(filters|biases)?(W|w)eightDecay|(filters|biases)Momentum)$/;

/** Classes of DagNN's blocks by the SimpleNN layer that computes the same. */
const BLOCKS: Readonly<Record<string, string>> = {
  'dagnn.Conv': 'conv',
  'dagnn.Pooling': 'pool',
  'dagnn.ReLU': 'relu',
  'dagnn.Sigmoid': 'sigmoid',
  'dagnn.LRN': 'lrn',
  'dagnn.BatchNorm': 'bnorm',
  'dagnn.DropOut': 'dropout',
  'dagnn.SoftMax': 'softmax',
};

/** Layers that end a network and compute nothing of it. */
const ENDS =
  /^(softmax|loss|softmaxloss|dagnn\.SoftMax|dagnn\.\w*Loss|dagnn\.\w*(Error|Accuracy))$/;

/**
 * The layers of a network in running order: of a SimpleNN, by itself or as `net` of a snapshot, or of
 * a DagNN as its `saveobj` leaves it.
 *
 * @throws FormatError not-this-format, unsupported for a DagNN that is no chain
 */
export function findLayers(variables: Fields): MatNetwork {
  const net = variables.has('net') ? fieldsOf(variables.get('net')) : variables;
  const layers = net.get('layers');
  const meta = fieldsOf(net.get('meta'));
  // Until 2015 what meta holds lay beside the layers.
  const around = meta.size > 0 ? meta : net;
  if (layers?.kind === 'cell' && layers.items.length > 0) {
    const found = layers.items.map((item) => simpleLayer(fieldsOf(item)));
    const last = found.map(({ type }) => !ENDS.test(type)).lastIndexOf(true);
    return { layers: found.slice(0, last + 1), meta: around };
  }
  const rows = structs(layers);
  if (rows.some((row) => row.has('block'))) {
    return { layers: chain(rows, structs(net.get('params'))), meta: around };
  }
  throw new FormatError(
    'not-this-format',
    'matconvnet: no layers of a SimpleNN or DagNN; a DagNN object has to be saved as net.saveobj()',
  );
}

function simpleLayer(fields: Fields): MatLayer {
  const said = text(fields.get('type'));
  const type = said === 'normalize' ? 'lrn' : said;
  const old = [fields.get('filters'), fields.get('biases')];
  const weights = fields.has('weights') ? cells(fields.get('weights')) : old;
  return { type, name: text(fields.get('name')) || type, weights, ...split(type, fields) };
}

/** Options from what is kept beside them. */
function split(type: string, fields: Fields): Pick<MatLayer, 'options' | 'unknown'> {
  const known = OPTIONS[type] ?? [];
  const options = new Map([...fields].filter(([key]) => known.includes(key)));
  const others = [...fields].filter(([key, { kind }]) => {
    return !known.includes(key) && !IDLE.test(key) && kind !== 'empty';
  });
  return { options, unknown: others.map(([key]) => key) };
}

interface DagLayer extends MatLayer {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** A DagNN's layers from its images to its one result, by the names of their variables. */
function chain(rows: readonly Fields[], params: readonly Fields[]): readonly MatLayer[] {
  const values = new Map(params.map((row) => [text(row.get('name')), row.get('value')]));
  const all = rows.map((row) => dagLayer(row, values));
  const computing = all.filter(({ type }) => !ENDS.test(type));
  const needed = new Set(computing.flatMap(({ inputs }) => inputs));
  const layers = all.filter(({ type, outputs }) => {
    return !ENDS.test(type) || outputs.some((name) => needed.has(name));
  });
  const consumed = new Set(layers.flatMap(({ inputs }) => inputs));
  const [end, ...others] = layers.filter(
    ({ outputs }) => !outputs.some((name) => consumed.has(name)),
  );
  if (!end || others.length > 0) {
    const names = [end, ...others].map((layer) => `"${layer?.name}"`);
    throw new FormatError(
      'unsupported',
      `matconvnet: a DagNN with ends in ${names.join(', ')}; one is read`,
    );
  }
  const found: MatLayer[] = [];
  let layer: DagLayer | undefined = end;
  while (layer) {
    const [input, ...more]: readonly string[] = layer.inputs;
    if (more.length > 0 || found.length > layers.length) {
      throw new FormatError(
        'unsupported',
        `matconvnet: "${layer.name}" joins ${layer.inputs.join(' and ')}; a chain is read`,
      );
    }
    found.unshift(layer);
    layer = layers.find(({ outputs }) => input !== undefined && outputs.includes(input));
  }
  if (found.length < layers.length) {
    const left = layers.find((other) => !found.includes(other));
    throw new FormatError(
      'unsupported',
      `matconvnet: "${left?.name}" is no part of the chain of layers`,
    );
  }
  return found;
}

function dagLayer(row: Fields, values: ReadonlyMap<string, MatValue | undefined>): DagLayer {
  const said = text(row.get('type'));
  const type = BLOCKS[said] ?? said;
  const block = new Map(fieldsOf(row.get('block')));
  const size = block.get('poolSize');
  if (size) block.set('pool', size);
  const biased = block.get('hasBias');
  const names = texts(row.get('params'));
  // A bias that is kept and not used is none.
  const used = biased?.kind === 'numeric' && biased.data[0] === 0 ? names.slice(0, 1) : names;
  const fields = type === 'pool' ? withoutDilation(block) : block;
  const { options, unknown } = split(type, fields);
  if (unknown.length > 0 && BLOCKS[said]) {
    throw new FormatError(
      'unsupported',
      `matconvnet: ${said} has ${unknown[0]}, which is not read`,
    );
  }
  return {
    type,
    name: text(row.get('name')),
    options,
    unknown: [],
    weights: used.map((name) => values.get(name)),
    inputs: texts(row.get('inputs')),
    outputs: texts(row.get('outputs')),
  };
}

/** Pooling inherits the property from Filter and does not pass it on. */
function withoutDilation(block: Fields): Fields {
  return new Map([...block].filter(([key]) => key !== 'dilate'));
}
