import { BlockList, isIP } from 'node:net';
import type { Reply } from '../control/reply.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * The port in `229 Entering Extended Passive Mode (|||6446|)` (RFC 2428, 3). IBM i uses `!` instead of `|`.
 */
export function epsvPort(reply: Reply): number | undefined {
  const port = Number(/\(([\x21-\x7e])\1\1(\d{1,5})\1\)/.exec(reply.bytes)?.[2]);
  return isPort(port) ? port : undefined;
}

/**
 * The address in `227 Entering Passive Mode (192,168,1,100,10,229)` (RFC 959, 4.1.2). The parentheses are
 * optional (RFC 1123, 4.1.2.6).
 */
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
 * The host to connect to for a PASV reply. A server behind NAT announces its private address, or 0.0.0.0,
 * instead of the host of the control connection. Undefined for any other foreign host: a server could use its
 * clients to attack a third machine (FTP bounce, RFC 2577, 3).
 */
export function repairedHost(announced: string, controlHost: string): string | undefined {
  const control = controlHost.replace(/^::ffff:/i, '');
  if (announced === control || isUnroutable(announced)) return control;
  return undefined;
}

function isUnroutable(host: string): boolean {
  return isIP(host) === 4 && unroutable.check(host, 'ipv4');
}

/** Addresses without a meaning outside the server's own network (RFC 6890). */
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
