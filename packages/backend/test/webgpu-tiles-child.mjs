/**
 * Prints, as one line of JSON, what a search for tiles does on this device, with a clock that is told which tile
 * is the fastest. ALEXNET_WEBGPU_TILES has to be `search`.
 */
import { diagnoseBackends, selectBackend } from '@alexnet/backend/node';
import { toHalf } from './half.mjs';
import { byThread } from './matrices-by-thread.mjs';

const { tf } = await selectBackend({ require: 'webgpu' });
const backend = tf.backend();
const { device, tiles: search } = backend;
/** Of the product itself, where a search has a clock of the test's. */
const { timer } = search;
const kernel = (name, inputs, attrs) => tf.engine().runKernel(name, inputs, attrs);

function tensor(shape, seed) {
  let state = seed;
  const count = shape.reduce((product, size) => product * size, 1);
  const data = Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return toHalf(state / 2 ** 31 - 1);
  });
  return tf.tensor(data, shape);
}

async function bitsOf(work) {
  const result = tf.tidy(work);
  const data = await result.data();
  result.dispose();
  return new Uint32Array(data.buffer, data.byteOffset, data.length);
}

const differing = (a, b) => a.reduce((sum, bits, i) => sum + (bits === b[i] ? 0 : 1), 0);

/** Ends that fit no tile, sums that are split, both ways of reading A, channels in fours and not, groups. */
const [input, filter, output] = [
  [2, 9, 11, 15],
  [3, 3, 5, 21],
  [2, 5, 6, 21],
];
const zeros = [1, 1];
const attrs = {
  strides: [2, 2],
  pad: [[0, 0], zeros, zeros, [0, 0]],
  groups: 3,
  activation: 'relu',
  filterShape: filter,
};
const product = () => tf.matMul(tensor([68, 300], 1), tensor([300, 100], 2));
const splitSums = () => tf.matMul(tensor([68, 1100], 1), tensor([1100, 72], 2));
const transposed = () => tf.matMul(tensor([1100, 132], 1), tensor([1100, 72], 2), true);
const grouped = () => {
  const inputs = { x: tensor(input, 1), filter: tensor(filter, 2), bias: tensor([21], 3) };
  return kernel('AlexNetFusedConv2D', inputs, attrs);
};
const filterGradient = () =>
  kernel(
    'AlexNetGroupedConv2DBackpropFilter',
    { x: tensor(input, 1), dy: tensor(output, 2) },
    attrs,
  );

const setTiles = (tiles) => Object.assign(backend, { tiles });

/** Every tile of each product, beside the default; `differences` counts numbers with other bits. */
async function compareTiles(works) {
  const seen = {};
  for (const [title, run] of Object.entries(works)) {
    let expected;
    for (let index = 0, count = 1; index < count; index++) {
      let tile;
      setTiles({
        version: 0,
        tileFor(question) {
          const tiles = question.tiles();
          count = tiles.length;
          tile = tiles[index];
          return tile;
        },
      });
      const bits = await bitsOf(run);
      expected ??= bits;
      const nonZero = bits.reduce((sum, value) => sum + (value & 0x7fffffff ? 1 : 0), 0);
      seen[`${title}, ${Object.values(tile).join(' ')}`] = {
        differences: differing(bits, expected),
        isThere: nonZero > bits.length / 4,
      };
    }
  }
  setTiles(search);
  return seen;
}

/** In float32 the two ways of reading A, in fours and one by one, groups, sums that are split. */
const compareFew = async () => ({ fp32: await compareTiles({ splitSums, filterGradient }) });

/** In half precision too, and by subgroups: minutes on a processor. */
async function compareAll() {
  const fp32 = await compareTiles({ splitSums, filterGradient, grouped });
  const { halfNumbers, matrixShape } = backend;
  Object.assign(backend, { precision: 'fp16', halfNumbers: halfNumbers ?? 'rounded' });
  const half = await compareTiles({ transposed });
  // By whole subgroups: as the device does it, or a thread for each of them.
  const shape = matrixShape ?? { m: 16, n: 16, k: 16 };
  const { createShaderModule } = device;
  if (!matrixShape) {
    device.createShaderModule = (descriptor) =>
      createShaderModule.call(device, { ...descriptor, code: byThread(descriptor.code, shape) });
  }
  Object.assign(backend, { halfNumbers: 'f16', matrixShape: shape });
  const bySubgroups = await compareTiles({
    depth: () => tf.matMul(tensor([68, 36], 1), tensor([36, 100], 2)),
    rows: () => tf.matMul(tensor([36, 132], 1), tensor([36, 68], 2), true),
  });
  Object.assign(device, { createShaderModule });
  Object.assign(backend, { precision: 'fp32', halfNumbers, matrixShape });
  return { fp32, half, bySubgroups };
}

/** Tiles in the programs that ran since it was last asked. */
function watchTiles() {
  const { recordAndSubmit } = backend;
  let ran = [];
  backend.recordAndSubmit = (program, ...rest) => {
    const [tile] = /\d+x\d+x\d+_\d+x\d+/.exec(program.shaderKey ?? '') ?? [];
    if (tile) ran.push(tile);
    recordAndSubmit.call(backend, program, ...rest);
  };
  return () => {
    const before = ran;
    ran = [];
    return before;
  };
}

/** A clock by which the tile that is asked for is twice as fast as others. */
const clockFor = (fastest, timed = []) => ({
  name: 'a clock of the test',
  start(run, tile) {
    run();
    timed.push(Object.values(tile).join(' '));
    return Promise.resolve(Object.values(tile).join(' ') === fastest ? 1 : 2);
  },
});

/** The code of the tiles of 64 x 128 is no WGSL, that of 32 x 32 computes something else. */
function spoil() {
  const { createShaderModule } = device;
  device.createShaderModule = (descriptor) => {
    const { code } = descriptor;
    const rows = /rowStart = i32\(workgroupId.y\) \* (\d+)/.exec(code)?.[1];
    const columns = /group \* tilesOfGroup\) \* (\d+)/.exec(code)?.[1];
    const other =
      `${rows} ${columns}` === '64 128'
        ? `${code} no WGSL`
        : `${rows} ${columns}` === '32 32'
          ? code.replace('result[at / 4] = value;', 'result[at / 4] = value * 1.0001;')
          : code;
    return createShaderModule.call(device, { ...descriptor, code: other });
  };
  return () => {
    Object.assign(device, { createShaderModule });
    const { pipelineCache } = backend;
    for (const key of Object.keys(pipelineCache))
      if (/64x128x|32x32x/.test(key)) delete pipelineCache[key];
  };
}

async function searchOnce() {
  const tilesOfRuns = watchTiles();
  const timed = [];
  search.timer = clockFor('64 64 16 4 4', timed);
  const mend = spoil();
  const held = () => [tf.memory().numTensors, backend.numDataIds()];
  const before = held();
  const first = await bitsOf(product);
  mend();
  const left = held().map((count, i) => count - before[i]);
  tilesOfRuns();
  const second = await bitsOf(product);
  const taken = tilesOfRuns();

  // A function that is recorded: before its tiles are known, and anew once they are.
  let computed = 0;
  const owner = {};
  const weight = tensor([300, 72], 3);
  const compute = ([x]) => {
    computed++;
    return tf.matMul(x, weight);
  };
  const graph = { owner, constants: [weight], compute };
  const run = () => kernel('AlexNetFixedGraph', { x: tensor([68, 300], 1) }, graph);
  search.timer = clockFor('128 128 8 8 8');
  const plain = tf.tidy(run);
  const recorded = await bitsOf(run);
  const calls = [computed];
  const counts = [];
  tilesOfRuns();
  for (let i = 0; i < 3; i++) {
    counts.push(differing(await bitsOf(run), recorded));
    calls.push(computed);
  }
  tf.dispose([plain, weight]);
  return {
    timed: [...new Set(timed)],
    left,
    taken,
    bits: differing(first, second),
    tape: { calls, counts, tiles: tilesOfRuns() },
    found: [...search.found],
    where: search.store.where,
  };
}

/** What was kept is taken without a clock; what is no tile is measured anew. */
async function searchAgain() {
  const tilesOfRuns = watchTiles();
  const timed = [];
  search.timer = clockFor('128 32 16 8 4', timed);
  await bitsOf(product);
  const kept = { tiles: tilesOfRuns(), timed: timed.length };
  const weight = tensor([300, 72], 3);
  await bitsOf(() => tf.matMul(tensor([68, 300], 1), weight));
  tilesOfRuns();
  await bitsOf(() => tf.matMul(tensor([68, 300], 1), weight));
  return { kept, mended: tilesOfRuns(), found: [...search.found] };
}

/** By the clocks of the product, among three tiles, and what `alexnet backend doctor` says of it. */
async function searchReally() {
  const { tileFor } = search;
  search.timer = timer;
  search.tileFor = (question) =>
    tileFor({
      ...question,
      tiles: () => [question.tiles()[0], ...question.tiles().slice(-2)],
    });
  await bitsOf(() => tf.matMul(tensor([64, 64], 1), tensor([64, 64], 2)));
  const [key, found] = [...search.found].at(-1);
  // The products of its check have the tile whose program is made soonest.
  search.tileFor = (question) => question.tiles().at(-1);
  const { backends } = await diagnoseBackends();
  const { remark, found: reported } = backends.find(({ name }) => name === 'webgpu').tiles;
  return { found, remark, reported: reported.find(({ product: name }) => name === key) };
}

// What one of them has compiled the next one has.
const first = async () => ({ search: await searchOnce(), compared: await compareFew() });
const again = async () => ({ ...(await searchAgain()), really: await searchReally() });
const modes = { first, again, compareAll };
console.log(JSON.stringify(await modes[process.argv[2]]()));
process.exit(0);
