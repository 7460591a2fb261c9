import { describe, expect, it } from 'vitest';
import { epsvPort, pasvAddress, repairedHost } from '../../../../lambdas/ftps/data/passive-address.ts';

const reply = (bytes: string) => ({ code: Number(bytes.slice(0, 3)), bytes, shown: bytes });

describe('the reply to EPSV', () => {
  it.each([
    ['229 Entering Extended Passive Mode (|||6446|)', 6446],
    ['229 Entering Extended Passive Mode (!!!6446!)', 6446],
    ['229 Ok (|||65536|)', undefined],
    ['229 Ok (|||0|)', undefined],
    ['229 Ok (||6446|)', undefined],
    ['229 Ok', undefined],
  ])('%j names port %s', (text, port) => {
    const result = epsvPort(reply(text));

    expect(result).toBe(port);
  });
});

describe('the reply to PASV', () => {
  it.each([
    ['227 Entering Passive Mode (192,0,2,7,10,229)', { host: '192.0.2.7', port: 2789 }],
    ['227 Entering Passive Mode. 192,0,2,7,10,229', { host: '192.0.2.7', port: 2789 }],
    ['227 =192,0,2,7,10,229', { host: '192.0.2.7', port: 2789 }],
    ['227 Ok (192,0,2,256,10,229)', undefined],
    ['227 Ok (192,0,2,7,0,0)', undefined],
    ['227 Ok (192,0,2,7,10)', undefined],
    ['227 Ok', undefined],
  ])('%j names %j', (text, address) => {
    const result = pasvAddress(reply(text));

    expect(result).toEqual(address);
  });
});

describe('the host of a data connection', () => {
  it.each([
    ['the host itself', '198.51.100.7', '198.51.100.7', '198.51.100.7'],
    ['the host, as an IPv6 address', '198.51.100.7', '::ffff:198.51.100.7', '198.51.100.7'],
    ['a private address', '192.168.1.5', '198.51.100.7', '198.51.100.7'],
    ['an address behind a carrier', '100.64.0.9', '198.51.100.7', '198.51.100.7'],
    ['no address', '0.0.0.0', '198.51.100.7', '198.51.100.7'],
    ['the loopback address of the server', '127.0.0.1', '198.51.100.7', '198.51.100.7'],
    ['another host', '203.0.113.9', '198.51.100.7', undefined],
    ['a public host, asked through a private one', '203.0.113.9', '10.0.0.5', undefined],
  ])('is right for %s', (_what, announced, control, expected) => {
    const result = repairedHost(announced, control);

    expect(result).toBe(expected);
  });
});
