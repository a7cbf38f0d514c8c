import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '@alexnet/files/node';
import type { Weight } from '@alexnet/model';
import type { Snapshot, TrainState } from '../train.js';
import { TrainingError } from '../training-error.js';

/** How tensors become bytes and back; `@alexnet/convert`'s safetensors functions fit. */
export interface TensorCodec {
  /** A whole file of these tensors and texts. */
  encode(
    tensors: ReadonlyMap<string, Weight>,
    metadata: Readonly<Record<string, string>>,
  ): Uint8Array;
  /** The same back. @throws Error when the bytes are damaged */
  decode(bytes: Uint8Array): {
    readonly tensors: ReadonlyMap<string, Weight>;
    readonly metadata: Readonly<Record<string, string>>;
  };
}

/** Checkpoints of one run in a folder: atomic, self-verifying, the last two and the best kept. */
export interface CheckpointStore {
  /**
   * Writes a checkpoint and removes those no longer kept; gives its path.
   *
   * @param top1 validation accuracy at this moment, if it was measured: decides which is best
   * @throws Error naming the last good checkpoint, when it cannot be written
   */
  save(snapshot: Snapshot, top1: number | null): Promise<string>;
  /** The newest checkpoint that verifies, or null; `rejected` says what was wrong with newer ones. */
  newest(): Promise<{ snapshot: Snapshot | null; rejected: { file: string; reason: string }[] }>;
}

/** `step-00000300.safetensors`; `step-00000320-top1-0.5710.safetensors` where validation was run. */
const NAME = /^step-(\d{8})(?:-top1-(\d\.\d{4}))?\.safetensors$/;
const STATE_KEY = 'alexnet.checkpoint';
const KEPT = 2;

interface Header {
  readonly state: TrainState;
  /** What the run is, for a reader of this file alone: recipe, seed, which random numbers derive from. */
  readonly about: Readonly<Record<string, unknown>>;
  readonly sha256: string;
}

/**
 * Opens the checkpoints in `folder`, made if missing; what an interrupted write left is removed.
 *
 * @param about plain JSON kept in every checkpoint: the resolved recipe and the seed
 */
export async function openCheckpointStore(
  folder: string,
  codec: TensorCodec,
  about: Readonly<Record<string, unknown>> = {},
): Promise<CheckpointStore> {
  await mkdir(folder, { recursive: true });
  await removeHalfWritten(folder);
  return {
    async save(snapshot, top1) {
      const tensors = flatten(snapshot);
      const header: Header = { state: snapshot.state, about, sha256: digest(tensors) };
      const step = String(snapshot.state.globalStep).padStart(8, '0');
      const score = top1 === null ? '' : `-top1-${top1.toFixed(4)}`;
      const path = join(folder, `step-${step}${score}.safetensors`);
      const bytes = codec.encode(tensors, { [STATE_KEY]: JSON.stringify(header) });
      await writeAtomically(path, bytes).catch(async (error: Error) => {
        const last = (await checkpointNames(folder)).at(-1);
        const rest = last ? `; the last good checkpoint is ${join(folder, last)}` : '';
        throw new Error(`${error.message}${rest}`, { cause: error });
      });
      await prune(folder, await checkpointNames(folder));
      return path;
    },
    newest: () => readNewestCheckpoint(folder, codec),
  };
}

/** A checkpoint as its file's name describes it. */
export interface CheckpointFile {
  readonly path: string;
  /** Updates done. */
  readonly step: number;
  /** Validation accuracy at this moment, 0..1; null where validation was not run. */
  readonly top1: number | null;
}

/** The checkpoints in a folder, oldest first; none where there is no such folder. */
export async function listCheckpoints(folder: string): Promise<CheckpointFile[]> {
  return (await checkpointNames(folder)).map((name) => {
    const [, step, top1] = NAME.exec(name) ?? [];
    return {
      path: join(folder, name),
      step: Number(step),
      top1: top1 === undefined ? null : Number(top1),
    };
  });
}

/** @throws Error when the file is damaged or no checkpoint */
export async function readCheckpoint(path: string, codec: TensorCodec): Promise<Snapshot> {
  return parse(await readFile(path), codec);
}

/** Reads only: also good for a run that another process is writing. */
export async function readNewestCheckpoint(
  folder: string,
  codec: TensorCodec,
): ReturnType<CheckpointStore['newest']> {
  const rejected: { file: string; reason: string }[] = [];
  for (const { path } of (await listCheckpoints(folder)).reverse()) {
    try {
      return { snapshot: await readCheckpoint(path, codec), rejected };
    } catch (error) {
      rejected.push({ file: path, reason: (error as Error).message });
    }
  }
  return { snapshot: null, rejected };
}

/** File names in order of step; at the same step the one after validation comes last. */
async function checkpointNames(folder: string): Promise<string[]> {
  const key = (name: string) => name.replace(NAME, (_, step, top1 = '') => `${step} ${top1}`);
  const found = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const names = found.filter((name) => NAME.test(name));
  return names.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** What {@link writeAtomically} leaves when the process is killed in the middle of it. */
async function removeHalfWritten(folder: string): Promise<void> {
  const left = (await readdir(folder)).filter((name) => /\.safetensors\.[\w-]+\.tmp$/.test(name));
  await Promise.all(left.map((name) => unlink(join(folder, name))));
}

/** Keeps the newest {@link KEPT} and the best known; removes the others. */
async function prune(folder: string, names: readonly string[]) {
  const scoreOf = (name: string) => Number(NAME.exec(name)?.[2] ?? -1);
  const best = Math.max(...names.map(scoreOf));
  const kept = names.find((name) => best >= 0 && scoreOf(name) === best);
  const old = names.slice(0, -KEPT).filter((name) => name !== kept);
  await Promise.all(old.map((name) => unlink(join(folder, name)).catch(() => undefined)));
}

const GROUPS = ['weights', 'velocities', 'average'] as const;

function flatten(snapshot: Snapshot): Map<string, Weight> {
  const tensors = new Map<string, Weight>();
  for (const group of GROUPS) {
    for (const [name, weight] of snapshot[group] ?? []) tensors.set(`${group}/${name}`, weight);
  }
  return tensors;
}

function parse(bytes: Uint8Array, codec: TensorCodec): Snapshot {
  const { tensors, metadata } = codec.decode(bytes);
  const text = metadata[STATE_KEY];
  if (text === undefined) throw new TrainingError('bad-file', 'not a checkpoint of a training run');
  const header = JSON.parse(text) as Header;
  if (digest(tensors) !== header.sha256)
    throw new TrainingError('bad-file', 'the checksum does not match: damaged file');
  const group = (prefix: string) =>
    new Map(
      [...tensors]
        .filter(([name]) => name.startsWith(`${prefix}/`))
        .map(([name, weight]) => [name.slice(prefix.length + 1), weight] as const),
    );
  const average = group('average');
  return {
    state: reviveState(header.state),
    weights: group('weights'),
    velocities: group('velocities'),
    average: average.size > 0 ? average : null,
  };
}

/** JSON writes Infinity, the plateau's "no best yet", as null. */
function reviveState(state: TrainState): TrainState {
  const { plateau } = state;
  return { ...state, plateau: { ...plateau, best: plateau.best ?? Infinity } };
}

/** SHA-256 over names, shapes and bytes, in order of name. */
function digest(tensors: ReadonlyMap<string, Weight>): string {
  const hash = createHash('sha256');
  for (const name of [...tensors.keys()].sort()) {
    const { shape, data } = tensors.get(name) as Weight;
    hash.update(`${name}[${shape.join()}]`);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}
