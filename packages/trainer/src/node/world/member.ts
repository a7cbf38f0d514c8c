import { connect } from 'node:net';
import { hostname } from 'node:os';
import { TrainingError } from '../../training-error.js';
import {
  type CoordinatorMessage,
  type Link,
  type MemberMessage,
  openLink,
  PROTOCOL,
} from './messages.js';
import type { Endpoint, Placement } from './placement.js';

/** A launcher's connection to the coordinator. */
export interface Membership {
  readonly link: Link<MemberMessage>;
  /** This machine's address as the coordinator sees it: where the others reach it. */
  readonly address: string;
}

/** Between two tries to reach a coordinator that is not there yet. */
const RETRY_MS = 500;

/**
 * Connects to the coordinator and joins, trying again for `patienceMs`.
 *
 * @throws TrainingError `bad-world` where nobody answers
 */
export async function joinCoordinator(
  placement: Pick<Placement, 'node' | 'processes' | 'nodes' | 'local'>,
  endpoint: Endpoint,
  patienceMs: number,
  on: {
    readonly message: (message: CoordinatorMessage) => void;
    readonly lost: (silent: boolean) => void;
    readonly signal: AbortSignal;
  },
): Promise<Membership> {
  const { node, processes, nodes, local } = placement;
  const giveUp = performance.now() + patienceMs;
  for (;;) {
    on.signal.throwIfAborted();
    const socket = await tryConnect(endpoint);
    if (socket) {
      const link = openLink<MemberMessage, CoordinatorMessage>(socket, on.message, on.lost);
      const own = { node, processes, isFirst: local.first === 0, name: hostname() };
      link.send({ type: 'join', protocol: PROTOCOL, ...own, ...nodes });
      return { link, address: (socket.localAddress ?? endpoint.host).replace(/^::ffff:/, '') };
    }
    if (performance.now() > giveUp) {
      throw new TrainingError(
        'bad-world',
        `nobody answers at ${endpoint.host}:${endpoint.port}, where machine 0 should be`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

function tryConnect({ host, port }: Endpoint) {
  return new Promise<ReturnType<typeof connect> | null>((resolve) => {
    const socket = connect({ host, port });
    const fail = () => {
      socket.destroy();
      resolve(null);
    };
    socket.setTimeout(5000, fail);
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}
