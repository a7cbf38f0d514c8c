import { type SelfCheck, selfCheck } from '../check/self-check.js';
import { loadTf } from '../node/load-tf.js';
import { nodeCandidates } from '../node/node-candidates.js';
import type { BackendName } from '../selection/backend-name.js';
import { type Candidate, firstLine } from '../selection/select.js';
import { locateTfjsNode } from '../tensorflow/locate-tfjs-node.js';
import { hasNvidiaDriver } from '../tensorflow/nvidia-driver.js';
import { checkPlatform } from '../tensorflow/platform.js';
import { type DeviceFeature, deviceFeaturesOf } from '../webgpu/device-features.js';
import { type TileReport, tileReportOf } from '../webgpu/tiles/search-tiles.js';

/** One backend of this machine, as plain data. */
export interface BackendReport {
  readonly name: BackendName;
  /** What distinguishes backends of one name, e.g. "TensorFlow on a GPU". */
  readonly label: string;
  readonly available: boolean;
  /** Present when available. */
  readonly device?: string;
  /** Why not, in one line; present when not available. */
  readonly reason?: string;
  /** How far it is from the cpu backend; present when available. */
  readonly check?: SelfCheck;
  /** What not every WebGPU device has; present for webgpu when available. */
  readonly features?: readonly DeviceFeature[];
  /** Which tiles its products have; present for webgpu when available. */
  readonly tiles?: TileReport;
  /** What to type to gain it, where something can be done. */
  readonly advice?: string;
}

/** What every backend of this machine can do. */
export interface Diagnosis {
  /** Best first, as selectBackend ranks them. */
  readonly backends: readonly BackendReport[];
  /** What selectBackend takes when nothing is asked for. */
  readonly chosen: BackendName;
}

/**
 * Tries every backend of this machine, compares each with the cpu backend and says how to gain the
 * missing ones. The chosen backend is current afterwards.
 */
export async function diagnoseBackends(): Promise<Diagnosis> {
  const backends: BackendReport[] = [];
  for (const candidate of nodeCandidates(undefined)) backends.push(await examine(candidate));
  const chosen = backends.find(({ available }) => available)?.name ?? 'cpu';
  await loadTf().setBackend(chosen);
  return { backends, chosen };
}

async function examine(candidate: Candidate): Promise<BackendReport> {
  const { name, label } = candidate;
  try {
    const { tf, device } = await candidate.open();
    const check = await selfCheck(tf, name);
    const features = deviceFeaturesOf(tf);
    const tiles = tileReportOf(tf);
    const own = { ...(features.length > 0 ? { features } : {}), ...(tiles ? { tiles } : {}) };
    if (check.passed) return { name, label, available: true, device, check, ...own };
    const reason = `computes wrong results here (${check.error.toExponential(1)} off)`;
    return { name, label, available: false, device, reason, check };
  } catch (error) {
    const advice = adviceFor(candidate);
    const report = { name, label, available: false, reason: firstLine(error) };
    return advice ? { ...report, advice } : report;
  }
}

function adviceFor({ name, kind }: Candidate): string | undefined {
  if (name === 'webgpu') return canResolve('webgpu') ? undefined : 'npm install webgpu';
  if (name !== 'tensorflow') return undefined;
  if (locateTfjsNode().length === 0) return 'npm install @tensorflow/tfjs-node --ignore-scripts';
  try {
    checkPlatform();
  } catch (error) {
    return firstLine(error);
  }
  if (kind === 'cpu') return 'alexnet backend install';
  return hasNvidiaDriver() ? 'alexnet backend install --gpu' : undefined;
}

function canResolve(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}
