import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, cpus, hostname } from 'node:os';
import { processEnvironment } from '@alexnet/backend/node';
import {
  type CoordinatorMessage,
  createCoordinator,
  isPublicAddress,
  joinCoordinator,
  type Membership,
  type Placement,
  SILENCE_MS,
} from '@alexnet/trainer/node';
import { INTERRUPTED, isInterrupt, onInterrupt } from '../interrupts.js';
import { say } from '../say.js';
import { type LauncherMessage, TEAM_VARIABLE, type TeamSetup, type WorkerMessage } from './team.js';
import { workerEnvironment } from './worker-environment.js';

/** How long the first launcher is waited for, at first and after it was lost. */
const PATIENCE_MS = 600_000;
/** Of what a process wrote that nobody saw, as much is kept as explains its end. */
const KEPT_CHARACTERS = 4000;

type Start = Extract<CoordinatorMessage, { readonly type: 'start' }>;

/** How a launch ended. */
export interface LaunchEnd {
  readonly code: number;
  readonly message: string | null;
}

/**
 * Starts this command once for every process of this machine, with what the others need to know, and
 * starts all anew after one was lost. The first launcher also brings all of them together.
 */
export async function launch(placement: Placement, maxRestarts: number): Promise<LaunchEnd> {
  const { endpoint, node, nodes } = placement;
  const listen = endpoint ?? { host: '127.0.0.1', port: 0 };
  const coordinator = node === 0 ? await createCoordinator({ listen, nodes, maxRestarts }) : null;
  const workers = createWorkers(placement);
  const stopping = new AbortController();
  let membership: Membership | null = null;
  let finished: ((end: LaunchEnd) => void) | undefined;
  const ended = new Promise<LaunchEnd>((resolve) => {
    finished = resolve;
  });

  let warned = false;
  const handle = (message: CoordinatorMessage) => {
    if (message.type === 'start' && membership) {
      if (!warned && isPublicAddress(membership.address)) {
        say(
          `warning: ${membership.address} is a public address, and what the processes send each other is neither encrypted nor authenticated`,
        );
      }
      warned = true;
      workers.start(message, membership);
    }
    if (message.type === 'heard') workers.tell(message);
    if (message.type === 'interrupt') workers.interrupt();
    if (message.type === 'note') say(message.text);
    if (message.type === 'stop') {
      void workers
        .kill()
        .then(() => membership?.link.send({ type: 'stopped', round: message.round }));
    }
    if (message.type === 'refused') finished?.({ code: 2, message: message.message });
    if (message.type === 'end') finished?.({ code: message.code, message: message.message });
  };
  const join = async () => {
    const at = coordinator ? { host: listen.host, port: coordinator.port } : listen;
    membership = await joinCoordinator(placement, at, PATIENCE_MS, {
      message: handle,
      signal: stopping.signal,
      lost: (silent) => {
        membership = null;
        if (stopping.signal.aborted) return;
        const how = silent ? `does not answer for ${SILENCE_MS / 1000} s` : 'has gone';
        say(`machine 0 (${listen.host}) ${how}: stopping here and waiting for it`);
        void workers.kill().then(tryToJoin);
      },
    });
  };
  const tryToJoin = () =>
    join().catch((error: Error) => finished?.({ code: 1, message: error.message }));

  let asked = false;
  const unhook = onInterrupt(() => {
    // The second time nothing is waited for.
    if (asked) void workers.kill().then(() => process.exit(INTERRUPTED));
    else if (membership) membership.link.send({ type: 'interrupt' });
    else finished?.({ code: INTERRUPTED, message: null });
    asked = true;
  });
  try {
    void tryToJoin();
    return await ended;
  } finally {
    unhook();
    stopping.abort();
    await workers.kill();
    (membership as Membership | null)?.link.close();
    await coordinator?.close();
  }
}

/** The processes of this machine. */
function createWorkers({ processes, found, port, local }: Placement) {
  const running = new Set<ChildProcess>();
  const shared = {
    processors: availableParallelism(),
    // Whoever started one launcher for each process may have given each its processors.
    isDivided: processes === 1 && availableParallelism() < cpus().length,
  };

  const startOne = (
    at: number,
    { round, firstRank, size, machines }: Start,
    { address, link }: Membership,
  ) => {
    const rank = firstRank + at;
    const setup: TeamSetup = {
      rank,
      size,
      machines,
      restarted: round > 1,
      found,
      host: address,
      port: port ?? 0,
    };
    const child = fork(process.argv[1] as string, process.argv.slice(2), {
      // Rank 0 speaks for all. A session of its own: Ctrl-C reaches it through this process alone.
      stdio: rank === 0 ? 'inherit' : ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: true,
      env: {
        ...process.env,
        ...processEnvironment(),
        ...workerEnvironment({ ...shared, ...local, index: local.first + at }),
        [TEAM_VARIABLE]: JSON.stringify(setup),
      },
    });
    running.add(child);
    let written = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      written = (written + text).slice(-KEPT_CHARACTERS);
      if (process.env.ALEXNET_DEBUG) process.stderr.write(text.replace(/^/gm, `[rank ${rank}] `));
    });
    let failure: Extract<WorkerMessage, { type: 'failed' }> | null = null;
    child.on('message', (message: WorkerMessage) => {
      if (message.type === 'say') link.send({ round, rank, ...message });
      if (message.type === 'interrupt') link.send(message);
      if (message.type === 'failed') failure = message;
    });
    child.once('close', (code, signal) => {
      running.delete(child);
      const { message = lastLine(written), byPeer = false } = failure ?? {};
      // Asked to end before it listened.
      const asked = isInterrupt(signal);
      if (asked) link.send({ type: 'interrupt' });
      const how = asked ? { code: INTERRUPTED, signal: null } : { code, signal };
      link.send({ type: 'ended', round, end: { rank, ...how, message, byPeer } });
    });
  };

  return {
    start(start: Start, membership: Membership) {
      for (let at = 0; at < processes; at++) startOne(at, start, membership);
      if (start.firstRank !== 0) {
        say(`${hostname()}: rank ${start.firstRank} of ${start.size} processes, ${found}`);
      }
    },
    tell({ key, values }: Omit<LauncherMessage, 'type'>) {
      for (const child of running) child.send({ type: 'heard', key, values }, () => undefined);
    },
    interrupt() {
      for (const child of running) child.kill('SIGINT');
    },
    async kill() {
      const ending = [...running].map((child) => once(child, 'close'));
      for (const child of running) child.kill('SIGKILL');
      await Promise.all(ending);
    },
  };
}

function lastLine(text: string): string | null {
  return text.trim().split('\n').at(-1) || null;
}
