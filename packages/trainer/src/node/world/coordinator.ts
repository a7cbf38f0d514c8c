import { once } from 'node:events';
import { createServer } from 'node:net';
import { TrainingError } from '../../training-error.js';
import {
  type CoordinatorMessage,
  type Link,
  type MemberMessage,
  openLink,
  PROTOCOL,
  type WorkerEnd,
} from './messages.js';
import type { Endpoint, Placement } from './placement.js';

/** What a coordinator is told. */
export interface CoordinatorOptions {
  /** Where it listens; port 0: a free one. */
  readonly listen: Endpoint;
  readonly nodes: Placement['nodes'];
  /** How often processes are started anew after one was lost. */
  readonly maxRestarts: number;
}

/** Brings launchers together, passes on what their processes say, and decides what happens after a failure. */
export interface Coordinator {
  /** Where it listens. */
  readonly port: number;
  /** Ends every connection. */
  close(): Promise<void>;
}

/** How long launchers may take to come, at first and after a failure. */
const JOIN_MS = 600_000;
/** With fewer allowed: how long the others are waited for. */
const FEWER_AFTER_MS = 10_000;
/** Reports that may come of one failure, before its cause is named. */
const CAUSE_MS = 1500;

interface Member {
  readonly link: Link<CoordinatorMessage>;
  readonly node: number;
  readonly processes: number;
  readonly isFirst: boolean;
  readonly name: string;
  stopped: boolean;
}

interface Round {
  readonly size: number;
  readonly ranks: ReadonlyMap<number, Member>;
  readonly said: Map<string, string[]>;
  readonly ends: WorkerEnd[];
  lost: string | null;
  phase: 'running' | 'failing' | 'stopping';
}

/**
 * Starts one, with the first launcher.
 *
 * A round is one start of all processes. When one of them is lost, or its machine, the others are
 * stopped and the next round begins once all launchers are there, or as few as are allowed.
 *
 * @throws TrainingError `bad-world` where the port is taken
 */
export async function createCoordinator(options: CoordinatorOptions): Promise<Coordinator> {
  const { listen, nodes, maxRestarts } = options;
  const members = new Map<number, Member>();
  let round: Round | null = null;
  let rounds = 0;
  let interrupted = false;
  let over = false;
  let waiting: NodeJS.Timeout | undefined;
  let deadline: NodeJS.Timeout | undefined;

  const tellAll = (message: CoordinatorMessage) => {
    for (const { link } of members.values()) link.send(message);
  };
  const finish = (code: number, message: string | null) => {
    over = true;
    clearTimeout(waiting);
    clearTimeout(deadline);
    tellAll({ type: 'end', code, message });
  };

  const gather = () => {
    round = null;
    if (interrupted) return finish(130, null);
    clearTimeout(deadline);
    deadline = setTimeout(() => {
      const missing = Array.from({ length: nodes.most }, (_, node) => node).filter(
        (node) => !members.has(node),
      );
      finish(1, `machine ${missing.join(', ')} did not come within ${JOIN_MS / 60_000} minutes`);
    }, JOIN_MS);
    consider();
  };
  const consider = () => {
    if (round || over) return;
    clearTimeout(waiting);
    if (members.size === nodes.most) start();
    else if (members.size >= nodes.least) waiting = setTimeout(start, FEWER_AFTER_MS);
  };
  const start = () => {
    clearTimeout(waiting);
    clearTimeout(deadline);
    rounds++;
    const present = [...members.values()].sort((a, b) => a.node - b.node);
    const ranks = new Map<number, Member>();
    const firsts = present.map((member) => {
      const first = ranks.size;
      for (let i = 0; i < member.processes; i++) ranks.set(first + i, member);
      return first;
    });
    round = { size: ranks.size, ranks, said: new Map(), ends: [], lost: null, phase: 'running' };
    present.forEach((member, at) => {
      member.stopped = false;
      member.link.send({
        type: 'start',
        round: rounds,
        firstRank: firsts[at] as number,
        size: ranks.size,
        machines: present.filter(({ isFirst }) => isFirst).length,
      });
    });
  };

  const nameOf = (rank: number) => {
    const member = round?.ranks.get(rank);
    return `rank ${rank}${nodes.most > 1 && member ? ` on ${member.name}` : ''}`;
  };
  const onEnded = (end: WorkerEnd) => {
    if (!round) return;
    round.ends.push(end);
    if (round.phase === 'stopping') return;
    const codes = round.ends.map(({ code }) => code);
    if (codes.length === round.size && codes.every((code) => code === 0 || code === 130)) {
      return finish(Math.max(...(codes as number[])), null);
    }
    if (end.code !== 0 && end.code !== 130) fail();
  };
  const fail = () => {
    if (round?.phase !== 'running') return;
    round.phase = 'failing';
    const failing = round;
    setTimeout(() => {
      failing.phase = 'stopping';
      tellAll({ type: 'stop', round: rounds });
      afterStop();
    }, CAUSE_MS);
  };
  const afterStop = () => {
    if (round?.phase !== 'stopping') return;
    const inRound = new Set(round.ranks.values());
    const running = [...members.values()].some((member) => inRound.has(member) && !member.stopped);
    if (!running) decide(round);
  };
  const decide = ({ ends, lost }: Round) => {
    const died = ends.find(({ signal, byPeer }) => signal !== null && !byPeer);
    const failed = ends.find(
      ({ code, byPeer }) => code !== null && code !== 0 && code !== 130 && !byPeer,
    );
    // What a process says of itself after another one was killed is a consequence.
    if (failed && !died && lost === null) {
      const { rank, code, message } = failed;
      return finish(
        code ?? 1,
        rank === 0 ? null : `${nameOf(rank)}: ${message ?? `exit code ${code}`}`,
      );
    }
    const cause =
      lost ??
      (died ? `${nameOf(died.rank)} was ended by ${died.signal}` : 'the processes lost each other');
    if (interrupted) return finish(130, null);
    const restarts = rounds;
    if (restarts > maxRestarts) {
      return finish(1, `${cause}, after ${maxRestarts} restarts (--max-restarts)`);
    }
    tellAll({
      type: 'note',
      text: `${cause}: going back to the last checkpoint, restart ${restarts} of ${maxRestarts}`,
    });
    gather();
  };

  const onLost = (member: Member, silent: boolean) => {
    if (members.get(member.node) !== member) return;
    members.delete(member.node);
    if (over) return;
    if (!round) return consider();
    if (![...round.ranks.values()].includes(member)) return;
    round.lost ??= `machine ${member.node} (${member.name}) ${silent ? 'does not answer' : 'has gone'}`;
    fail();
    afterStop();
  };

  const server = createServer((socket) => {
    let member: Member | null = null;
    const link = openLink<CoordinatorMessage, MemberMessage>(
      socket,
      (message) => {
        if (message.type === 'join') {
          const reason = whyNot(message);
          if (reason !== null) return link.send({ type: 'refused', message: reason });
          const { node, processes, isFirst, name } = message;
          member = { link, node, processes, isFirst, name, stopped: false };
          members.set(node, member);
          consider();
        } else if (member) heard(member, message);
      },
      (silent) => {
        if (member) onLost(member, silent);
      },
    );
  });

  const whyNot = (message: Extract<MemberMessage, { type: 'join' }>): string | null => {
    const { protocol, node, least, most } = message;
    if (protocol !== PROTOCOL) return 'the machines run different versions of alexnet';
    if (least !== nodes.least || most !== nodes.most) {
      return `machine ${node} counts on ${inWords({ least, most })}, machine 0 on ${inWords(nodes)}`;
    }
    if (members.has(node)) {
      return `machine ${node} is there already: another run is using this address, or two machines have the same number`;
    }
    return over ? 'the run has ended' : null;
  };

  const heard = (member: Member, message: MemberMessage) => {
    if (message.type === 'interrupt') {
      if (interrupted) return;
      interrupted = true;
      if (round) tellAll({ type: 'interrupt' });
      else finish(130, null);
    } else if ('round' in message && message.round === rounds && round) {
      if (message.type === 'ended') onEnded(message.end);
      if (message.type === 'stopped') {
        member.stopped = true;
        afterStop();
      }
      if (message.type === 'say') {
        const values = round.said.get(message.key) ?? [];
        round.said.set(message.key, values);
        values[message.rank] = message.value;
        // Not a hole among them.
        if (Object.keys(values).length === round.size) {
          tellAll({ type: 'heard', round: rounds, key: message.key, values });
          round.said.delete(message.key);
        }
      }
    }
  };

  server.listen({ host: listen.host, port: listen.port });
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw new TrainingError('bad-world', whyNotListening(error, listen));
  });
  gather();
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : listen.port,
    async close() {
      clearTimeout(waiting);
      clearTimeout(deadline);
      over = true;
      const closed = new Promise((resolve) => server.close(resolve));
      for (const { link } of [...members.values()]) link.close();
      await closed;
    },
  };
}

function inWords({ least, most }: Placement['nodes']): string {
  return least === most ? `${most} machines` : `${least} to ${most} machines`;
}

function whyNotListening(
  { code, message }: NodeJS.ErrnoException,
  { host, port }: Endpoint,
): string {
  if (code === 'EADDRINUSE') {
    return `port ${port} of ${host} is taken: another run is there; give this one another port`;
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `${host} is no address of this machine, where machine 0 has to listen`;
  }
  return `cannot listen at ${host}:${port}: ${message}`;
}
