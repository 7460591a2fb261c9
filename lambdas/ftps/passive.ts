import { BlockList, isIP } from 'node:net';
import type { Reply } from './reply.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The port in `229 Entering Extended Passive Mode (|||6446|)` (RFC 2428, 3). IBM i writes `!` for `|`. */
export function epsvPort(reply: Reply): number | undefined {
  const port = Number(/\(([\x21-\x7e])\1\1(\d{1,5})\1\)/.exec(reply.bytes)?.[2]);
  return isPort(port) ? port : undefined;
}

/** The address in `227 Entering Passive Mode (192,168,1,100,10,229)` (RFC 959, 4.1.2); the brackets are optional (RFC 1123, 4.1.2.6). */
export function pasvAddress(reply: Reply): Address | undefined {
  const numbers = /(?<!\d)(\d{1,3}(?:,\d{1,3}){5})(?!\d)/
    .exec(reply.bytes.slice(4))?.[1]
    ?.split(',')
    .map(Number);
  if (numbers?.some((number) => number > 255) ?? true) return undefined;
  const [high = 0, low = 0] = numbers?.slice(4) ?? [];
  const port = high * 256 + low;
  return isPort(port) ? { host: numbers?.slice(0, 4).join('.') ?? '', port } : undefined;
}

/**
 * Where to connect for a PASV reply: a private or empty address is what a server behind NAT knows of itself, and stands
 * for the host of the control connection. Undefined for any other foreign host: a server that sends its clients to a
 * third machine uses them to attack it (FTP bounce, RFC 2577, 3).
 */
export function repairedHost(announced: string, controlHost: string): string | undefined {
  const control = controlHost.replace(/^::ffff:/i, '');
  if (announced === control || isUnroutable(announced)) return control;
  return undefined;
}

function isUnroutable(host: string): boolean {
  return isIP(host) === 4 && unroutable.check(host, 'ipv4');
}

/** RFC 6890: addresses that mean nothing outside the server's own network. */
const unroutable = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  unroutable.addSubnet(network, prefix, 'ipv4');
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536;
}
