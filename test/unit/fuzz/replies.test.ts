import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  classifyLoginReply,
  classifyReply,
  replyAnswer,
} from '../../../lambdas/ftps/control/classify-error.ts';
import { type Reply, shownText } from '../../../lambdas/ftps/control/reply.ts';
import { epsvPort, pasvAddress, repairedHost } from '../../../lambdas/ftps/data/passive-address.ts';
import { parseCapabilities } from '../../../lambdas/ftps/session/capabilities.ts';
import { parseModifiedTimeReply, parseSizeReply } from '../../../lambdas/ftps/session/file-facts.ts';
import { mutated, runs } from './mutated.ts';

const texts = mutated([
  '211-Features:\n MLST type*;size*;modify*;unique*;\n SIZE\n MDTM\n REST STREAM\n UTF8\n HASH SHA-256*;MD5\n211 End',
  '213 20261120021500',
  '213 20261120021500.123',
  '213 1048576',
  '229 Entering Extended Passive Mode (|||6446|)',
  '227 Entering Passive Mode (192,168,1,100,10,229).',
  '530 Login incorrect.',
  '421 Too many connections (8) from this IP',
  '550 /in/a.csv: No such file or directory',
]);
const reply: fc.Arbitrary<Reply> = fc
  .tuple(fc.integer({ min: 100, max: 659 }), texts)
  .map(([code, bytes]) => ({ code, bytes, shown: shownText(bytes) }));

test('Every reply is parsed to a value in its range, or to nothing', () => {
  fc.assert(
    fc.property(reply, (each) => {
      const size = parseSizeReply(each);
      if (size !== undefined) expect(size).toBeGreaterThanOrEqual(0);
      const modified = parseModifiedTimeReply(each);
      if (modified !== undefined) expect(Number.isNaN(Date.parse(`${modified.wallClock}Z`))).toBe(false);
      const { features } = parseCapabilities(each);
      expect(features?.size ?? 0).toBeLessThan(each.bytes.length + 1);
      expect(typeof classifyReply(each)).toBe('string');
      expect(typeof classifyLoginReply(each)).toBe('string');
      expect(replyAnswer(each).length).toBeLessThan(1000);
    }),
    runs,
  );
});

test('A passive reply leads to a port of the host that was asked, or to nothing', () => {
  fc.assert(
    fc.property(reply, (each) => {
      for (const port of [epsvPort(each), pasvAddress(each)?.port]) {
        if (port === undefined) continue;
        expect(Number.isInteger(port) && port > 0 && port < 65_536).toBe(true);
      }
      const announced = pasvAddress(each)?.host;
      if (announced !== undefined) {
        expect([undefined, '203.0.113.7']).toContain(repairedHost(announced, '203.0.113.7'));
      }
    }),
    runs,
  );
});

test('What is shown of a reply is short and has no control character', () => {
  fc.assert(
    fc.property(texts, (bytes) => {
      const shown = shownText(bytes);

      expect(shown).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029]/u);
      expect(shown.length).toBeLessThanOrEqual(201);
    }),
    runs,
  );
});
