import { PickleTuple, type PickleValue } from '@alexnet/files/pickle';
import type { ActivationFunction, Padding } from '@alexnet/model';
import { FormatError } from '../format-error.js';
import type { FoundLayer, FoundTensors } from '../found/found-network.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import { refusedAttribute } from './module-options.js';
import { PARAMETERS, type TorchModule } from './module-tree.js';

/** The layers of a pickled module, in the order in which its modules are defined. */
export interface ModuleLayers {
  readonly layers: readonly FoundLayer[];
  /** Classes whose `forward` the file does not hold; torch's own are known. */
  readonly unknownClasses: readonly string[];
  /** Those of them that run layers themselves, one by one, instead of Sequentials. */
  readonly scattered: readonly string[];
  /** Tensors of no layer: a class of one's own may compute with them. */
  readonly unused: readonly string[];
  /** Modules that a class whose code is known does not run, by path. */
  readonly idle: readonly string[];
  /** Sizes to which an adaptive pool brings the maps, `[height, width]`. */
  readonly adaptive: readonly (readonly [height: number, width: number])[];
}

/** Runs its modules one after the other. */
const SEQUENTIAL = 'torch.nn.modules.container.Sequential';
/** torchvision's net, whose code is known: it runs these, and nothing that was added to it. */
const TORCHVISION = 'torchvision.models.alexnet.AlexNet';
const RUN_BY_TORCHVISION = ['features', 'avgpool', 'classifier'];

/** Layers that stand alone between two Sequentials in a class of one's own, and leave little open. */
const UNSCATTERED: readonly FoundLayer['op'][] = ['flatten', 'globalpool', 'dropout'];

/** The probabilities of logits; what is kept are the logits. */
const PROBABILITIES = /^(Log)?Softmax(2d)?$/;
/** What computes a loss and stands in a module beside the network. */
const LOSS = /Loss\d?d?$|Criterion$/;

/**
 * Reads a module tree as Keras' topology is read: every option of every class is carried, or refused
 * by its name.
 *
 * @param tensors those of the file, by path
 */
export function moduleLayers(root: TorchModule, tensors: StoredTensors): ModuleLayers {
  const layers: FoundLayer[] = [];
  const unknownClasses = new Set<string>();
  const scattered = new Set<string>();
  const unused = new Set(tensors.keys());
  const idle: string[] = [];
  const adaptive: (readonly [number, number])[] = [];
  let ended: TorchModule | null = null;

  const walk = (module: TorchModule, owner?: string): void => {
    const { className, children } = module;
    if (PARAMETERS.test(className)) return; // what is done with them the file does not hold
    const own = /^torch\.nn\.modules\.\w+\.(\w+)$/.exec(className)?.[1];
    // A layer's or a loss's.
    if (own) for (const part of PARTS) unused.delete(`${prefixOf(module)}${part}`);
    if (own && LOSS.test(own)) return;
    if (own && own !== 'Sequential') {
      const refused = refusedAttribute(own, module.options);
      const found = refused
        ? [unknown(module, refused)]
        : layersOf(own, module, tensorsAt(module, tensors));
      const again = PROBABILITIES.test(own) && ended?.className.endsWith('.Softmax');
      if (ended && (again || found.length > 0)) {
        layers.push(unknown(ended, 'is not the last of the layers'));
      }
      layers.push(...found);
      if (owner !== undefined && found.some(({ op }) => !UNSCATTERED.includes(op))) {
        scattered.add(owner);
      }
      if (own === 'AdaptiveAvgPool2d' && found.length === 0) adaptive.push(outputSize(module));
      if (PROBABILITIES.test(own)) ended = module;
      return;
    }
    const isKnown = className === SEQUENTIAL || className === TORCHVISION;
    if (!isKnown) unknownClasses.add(className);
    if (children.length === 0 && className !== SEQUENTIAL) {
      layers.push(unknown(module, 'has no modules, and the file does not hold what it does'));
    }
    for (const child of children) {
      const name = child.path.slice(prefixOf(module).length);
      if (className === TORCHVISION && !RUN_BY_TORCHVISION.includes(name)) {
        idle.push(child.path);
        for (const own of unused) if (own.startsWith(prefixOf(child))) unused.delete(own);
      } else walk(child, isKnown ? undefined : className);
    }
  };
  walk(root);
  return {
    layers: flattened(layers),
    unknownClasses: [...unknownClasses],
    scattered: [...scattered],
    unused: [...unused],
    idle,
    adaptive,
  };
}

/** `forward` flattens the maps before the first dense layer where no module does. */
function flattened(layers: readonly FoundLayer[]): readonly FoundLayer[] {
  const dense = layers.findIndex(({ op }) => op === 'dense');
  if (dense < 0 || layers.slice(0, dense).some(({ op }) => op === 'flatten')) return layers;
  return [...layers.slice(0, dense), { op: 'flatten', order: 'chw' }, ...layers.slice(dense)];
}

function layersOf(name: string, module: TorchModule, tensors: FoundTensors): readonly FoundLayer[] {
  const of = reader(module);
  switch (name) {
    case 'Conv2d': {
      const [kernel, stride] = [of.pair('kernel_size'), of.pair('stride')];
      if (stride[0] !== stride[1]) return [unknown(module, `has a stride of ${stride}`)];
      return [
        {
          op: 'conv',
          filters: of.number('out_channels'),
          kernel,
          stride: stride[0],
          padding: of.padding(kernel),
          groups: of.number('groups'),
          rounding: 'floor',
          tensors,
        },
      ];
    }
    case 'Linear':
      return [{ op: 'dense', units: of.number('out_features'), tensors }];
    case 'BatchNorm2d':
    case 'BatchNorm1d':
      // Without a momentum training averages over all batches; 0.1 is torch's own.
      return [
        {
          op: 'batchnorm',
          epsilon: of.number('eps'),
          momentum: 1 - (module.options.get('momentum') === null ? 0.1 : of.number('momentum')),
          tensors,
        },
      ];
    case 'LocalResponseNorm':
    case 'CrossMapLRN2d': {
      const size = of.number('size');
      const sumCoeff = of.number('alpha') / size;
      return [{ op: 'lrn', size, sumCoeff, beta: of.number('beta'), k: of.number('k'), groups: 1 }];
    }
    case 'MaxPool2d':
    case 'AvgPool2d': {
      const [size, stride] = [of.pair('kernel_size'), of.pair('stride')];
      const padding = of.padding(size);
      if (size[0] !== size[1] || stride[0] !== stride[1]) {
        return [unknown(module, `has a window of ${size} in steps of ${stride}`)];
      }
      const isMax = name === 'MaxPool2d';
      const padded = Object.values(padding).some((side) => side > 0);
      return [
        {
          op: 'pool',
          kind: isMax ? 'max' : 'avg',
          size: size[0],
          stride: stride[0],
          ...(padded ? { padding } : {}),
          ...(of.flag('ceil_mode') ? { rounding: 'ceil' as const } : {}),
          ...(!isMax && padded && of.flag('count_include_pad')
            ? { countPadding: true as const }
            : {}),
        },
      ];
    }
    case 'ReLU':
      return [{ op: 'activation', function: 'relu' }];
    case 'LeakyReLU':
      return [{ op: 'activation', function: 'relu', slope: of.number('negative_slope') }];
    case 'Tanh':
    case 'Sigmoid':
      return [{ op: 'activation', function: name.toLowerCase() as ActivationFunction }];
    case 'Flatten':
      return [{ op: 'flatten', order: 'chw' }];
    case 'Dropout':
      return [{ op: 'dropout', rate: of.number('p'), scaling: 'train' }];
    case 'AdaptiveAvgPool2d':
      return outputSize(module).every((side) => side === 1) ? [{ op: 'globalpool' }] : [];
    case 'Softmax':
    case 'LogSoftmax': {
      const dim = module.options.get('dim') ?? 1;
      return dim === 1 || dim === -1 ? [] : [unknown(module, `has dim ${String(dim)}`)];
    }
    default:
      return []; // changes nothing in an inference
  }
}

function outputSize(module: TorchModule): readonly [number, number] {
  return reader(module).pair('output_size');
}

function unknown({ path, className }: TorchModule, detail: string): FoundLayer {
  const name = className.slice(className.lastIndexOf('.') + 1);
  return { op: 'unknown', detail: `torch: the ${name} "${path}" ${detail}` };
}

function prefixOf({ path }: TorchModule): string {
  return path === '' ? '' : `${path}.`;
}

const PARTS = ['weight', 'bias', 'running_mean', 'running_var'] as const;

function tensorsAt(module: TorchModule, tensors: StoredTensors): FoundTensors {
  const prefix = prefixOf(module);
  const found = PARTS.flatMap((part) => {
    const tensor = tensors.get(`${prefix}${part}`);
    return tensor ? [[part, { ...tensor, name: `${prefix}${part}` }] as const] : [];
  });
  return Object.fromEntries(found);
}

function reader({ path, className, options }: TorchModule) {
  const fail = (key: string): never => {
    throw new FormatError('bad-header', `torch: "${path}" (${className}) has no usable ${key}`);
  };
  const number = (key: string): number => {
    const value = options.get(key);
    return typeof value === 'number' ? value : fail(key);
  };
  const asPair = (key: string, value: PickleValue | undefined): readonly [number, number] => {
    if (typeof value === 'number') return [value, value];
    const items = value instanceof PickleTuple ? value.items : Array.isArray(value) ? value : [];
    const [a, b = a] = items;
    return typeof a === 'number' && typeof b === 'number' && items.length <= 2 ? [a, b] : fail(key);
  };
  return {
    number,
    pair: (key: string) => asPair(key, options.get(key)),
    flag: (key: string) => options.get(key) === true,
    /** Zeros around a map: a number, a pair, or the words "same" and "valid". */
    padding([height, width]: readonly [number, number]): Padding {
      const value = options.get('padding') ?? 0;
      if (value === 'valid') return { top: 0, left: 0, bottom: 0, right: 0 };
      if (value === 'same') {
        // torch allows it with a stride of 1, and puts the odd zero behind.
        const [top, left] = [Math.floor((height - 1) / 2), Math.floor((width - 1) / 2)];
        return { top, left, bottom: height - 1 - top, right: width - 1 - left };
      }
      const [vertical, horizontal] = asPair('padding', value);
      return { top: vertical, left: horizontal, bottom: vertical, right: horizontal };
    },
  };
}
