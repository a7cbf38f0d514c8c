import { BlockList, isIP } from 'node:net';

/** RFC 1918, 6598 (carrier-grade), 3927 and 4291 (link-local), 4193 (unique local), and loopback. */
const PRIVATE: readonly (readonly [net: string, prefix: number, family: 'ipv4' | 'ipv6'])[] = [
  ['10.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['::1', 128, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
];

/** Whether an IP address may be reached from the Internet: it is of no private network. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  const list = new BlockList();
  for (const [net, prefix, kind] of PRIVATE) list.addSubnet(net, prefix, kind);
  return !list.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
