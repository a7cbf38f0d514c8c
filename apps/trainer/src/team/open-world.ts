import { once } from 'node:events';
import { createServer } from 'node:net';
import { joinCollectives } from '@alexnet/backend/node';
import type { Network, Tf } from '@alexnet/model';
import { ALONE, type Snapshot, type TrainState, type World } from '@alexnet/trainer';
import { createWorld } from '@alexnet/trainer/node';
import type { Team } from './team.js';

/**
 * Seconds the slowest process may stay behind the others, as while rank 0 saves to a slow disk. A
 * process or machine that has gone is noticed by the launchers, long before.
 */
const REDUCTION_TIMEOUT = 1800;

/** The team's processes computing together, from before the first tensor on. */
export async function openWorld(tf: Tf, team: Team): Promise<World> {
  if (team.size === 1) return ALONE;
  const port = team.port === 0 ? await freePort(team.host) : team.port;
  const host = team.host.includes(':') ? `[${team.host}]` : team.host;
  const addresses = await team.gather('address', `${host}:${port}`);
  const { rank, size } = team;
  const collectives = joinCollectives(tf, { rank, addresses, timeout: REDUCTION_TIMEOUT });
  // TensorFlow asks the first process at once, which has to listen by then.
  await team.gather('listening', true);
  return createWorld({ rank, size }, collectives);
}

async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

/** Gives every process the state that rank 0 goes on from, null where it begins. */
export async function shareSnapshot(
  team: Team,
  world: World,
  network: Network,
  own: Snapshot | null,
): Promise<Snapshot | null> {
  if (team.size === 1) return own;
  const stand = await team.share<{ state: TrainState; averages: boolean } | null>(
    'snapshot',
    own && { state: own.state, averages: own.average !== null },
  );
  if (!stand) return null;
  // The shape of what comes; rank 0 has it.
  const weights = own?.weights ?? (await network.getWeights());
  const trainable = network.parameters.filter((parameter) => parameter.trainable);
  const velocities =
    own?.velocities ??
    new Map(
      trainable.map(({ name, variable: { shape, size } }) => [
        name,
        { shape, data: new Float32Array(size) },
      ]),
    );
  const average = stand.averages ? (own?.average ?? (await network.getWeights())) : null;
  for (const map of [weights, velocities, average]) if (map) world.broadcast(map);
  return { state: stand.state, weights, velocities, average };
}
