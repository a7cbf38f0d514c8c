/** One process of a group, as TensorFlow is told of it. */
export interface GroupMember {
  /** Counted from 0. */
  readonly rank: number;
  /** Where every process listens, by rank: `host:port`, with IPv6 hosts in brackets. */
  readonly addresses: readonly string[];
  /** Reduces on GPUs through NCCL. */
  readonly usesNccl: boolean;
}

const LEADER = '/job:worker/replica:0/task:0';

/**
 * TensorFlow's `ServerDef` in protobuf's wire format.
 * Source: tensorflow_server.proto, cluster.proto and config.proto in tensorflow/core/protobuf.
 */
export function encodeServerDef({ rank, addresses, usesNccl }: GroupMember): Uint8Array {
  // map<int32, string> tasks = 2 of JobDef: an entry is a message of key 1 and value 2.
  const tasks = addresses.map((address, task) =>
    field(2, [...number(1, task), ...field(2, utf8(address))]),
  );
  const job = [...field(1, utf8('worker')), ...tasks.flat()];
  // ConfigProto.experimental = 16: collective_group_leader = 1, collective_nccl = 7.
  const experimental = [...field(1, utf8(LEADER)), ...(usesNccl ? number(7, 1) : [])];
  return Uint8Array.from([
    ...field(1, field(1, job)), // cluster
    ...field(2, utf8('worker')), // job_name
    ...number(3, rank), // task_index
    ...field(4, field(16, experimental)), // default_session_config
    ...field(5, utf8('grpc')), // protocol
  ]);
}

const utf8 = (text: string) => [...new TextEncoder().encode(text)];

const VARINT = 0;
const LENGTH_DELIMITED = 2;

function number(tag: number, value: number): number[] {
  return [...varint((tag << 3) | VARINT), ...varint(value)];
}

function field(tag: number, bytes: readonly number[]): number[] {
  return [...varint((tag << 3) | LENGTH_DELIMITED), ...varint(bytes.length), ...bytes];
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}
