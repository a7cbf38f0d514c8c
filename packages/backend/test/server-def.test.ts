import { expect, it } from 'vitest';
import { encodeServerDef } from '../src/tensorflow/collectives/server-def.js';

// Written by TensorFlow 2.21's own ServerDef (tensorflow_server_pb2, SerializeToString): one task at 10.0.0.1:4000,
// task_index 0 left out there and written here, collective_nccl set.
const GOLDEN =
  '0a1d0a1b0a06776f726b657212110800120d31302e302e302e313a343030301206776f726b6572' +
  '2223' +
  '8201200a1c2f6a6f623a776f726b65722f7265706c6963613a302f7461736b3a303801' +
  '2a0467727063';

it("is TensorFlow's ServerDef", () => {
  const bytes = encodeServerDef({ rank: 0, addresses: ['10.0.0.1:4000'], usesNccl: true });
  const index = Buffer.from([0x18, 0]).toString('hex');
  expect(Buffer.from(bytes).toString('hex').replace(index, '')).toBe(GOLDEN);
});
