import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAwsChunked } from '../../../../local/s3/protocol/aws-chunked.ts';
import { combineChecksums, startChecksum } from '../../../../local/s3/protocol/checksums.ts';
import { parseRange } from '../../../../local/s3/protocol/ranges.ts';
import { S3Error } from '../../../../local/s3/protocol/s3-error.ts';
import { childText, parseXml, xmlDocument } from '../../../../local/s3/protocol/xml.ts';
import { keyAfterPrefix, listPage } from '../../../../local/s3/store/listing.ts';
import { chunkedUpload } from './raw-request.ts';

describe('Checksums', () => {
  it.each([
    ['CRC32', 'cbf43926'],
    ['CRC32C', 'e3069283'],
    ['CRC64NVME', 'ae8b14860a799888'],
  ] as const)('%s has its published check value', (algorithm, expected) => {
    const checksum = startChecksum(algorithm);

    checksum.update(Buffer.from('1234'));
    checksum.update(Buffer.from('56789'));

    expect(checksum.digest().toString('hex')).toBe(expected);
  });

  it.each(['CRC32', 'CRC32C', 'CRC64NVME'] as const)(
    '%s of the whole follows from those of the parts',
    (algorithm) => {
      const digestOf = (bytes: Uint8Array) => {
        const checksum = startChecksum(algorithm);
        checksum.update(bytes);
        return checksum.digest();
      };

      fc.assert(
        fc.property(fc.array(fc.uint8Array({ maxLength: 2000 }), { minLength: 1, maxLength: 6 }), (parts) => {
          const measured = parts.map((part) => ({ digest: digestOf(part), sizeBytes: part.length }));
          const combined = combineChecksums(algorithm, 'FULL_OBJECT', measured);
          expect(combined.value).toBe(digestOf(Buffer.concat(parts)).toString('base64'));
        }),
      );
    },
  );
});

describe('A chunked body', () => {
  it('is decoded wherever the network has split it', async () => {
    const { body } = chunkedUpload(Buffer.from('0123456789'), 'x-amz-checksum-crc32:poTHxg==', 4);

    for (let cut = 0; cut <= body.length; cut++) {
      const pieces = Readable.from([body.subarray(0, cut), body.subarray(cut)]);
      const { bytes, trailers } = decodeAwsChunked(pieces);
      const payload = await Array.fromAsync(bytes);
      expect(payload.join('')).toBe('0123456789');
      expect(trailers.get('x-amz-checksum-crc32')).toBe('poTHxg==');
    }
  });
});

describe('Listing', () => {
  const key = fc.string({
    unit: fc.constantFrom('a', 'b', '/', '~', 'é', '\uFF5E', '\u{1F600}', '\u{10FFFF}'),
    maxLength: 6,
  });

  it('returns every key or common prefix once, in order, with any page size', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(key),
        key,
        fc.constantFrom('', '/', 'a/'),
        fc.integer({ min: 1, max: 5 }),
        (keys, prefix, delimiter, limit) => {
          const inOrder = keys.toSorted(byBytes);
          const expected = inOrder
            .filter((each) => each.startsWith(prefix))
            .map((each) => rolledUp(each, prefix, delimiter));

          const listed: string[] = [];
          let from: string | undefined = '';
          while (from !== undefined) {
            const page: ReturnType<typeof listPage> = listPage(
              { bucket: 'b', prefix, delimiter, from, limit },
              (scan) =>
                inOrder
                  .filter(
                    (each) =>
                      byBytes(each, scan.from) >= 0 &&
                      (scan.until === undefined || byBytes(each, scan.until) < 0),
                  )
                  .slice(0, scan.limit)
                  .map((each) => ({ key: each })),
            );
            listed.push(
              ...[...page.entries.map((entry) => entry.key), ...page.commonPrefixes].toSorted(byBytes),
            );
            from = page.next;
          }

          expect(listed).toEqual(Array.from(new Set(expected)));
        },
      ),
    );
  });

  it('ends a prefix before the next string without it', () => {
    expect(keyAfterPrefix('a/')).toBe('a0');
    expect(keyAfterPrefix('a\u{10FFFF}')).toBe('b');
    expect(keyAfterPrefix('\uD7FF')).toBe('\uE000');
    expect(keyAfterPrefix('')).toBeUndefined();
  });
});

describe('Ranges', () => {
  it.each([
    ['bytes=0-0', { start: 0, end: 1 }],
    ['bytes=5-', { start: 5, end: 10 }],
    ['bytes=-3', { start: 7, end: 10 }],
    ['bytes=-30', { start: 0, end: 10 }],
    ['bytes=8-100', { start: 8, end: 10 }],
    ['bytes=5-4', undefined],
    ['bytes=0-1,3-4', undefined],
    ['lines=1-2', undefined],
    [undefined, undefined],
  ])('%s of ten bytes is %j', (header, expected) => {
    expect(parseRange(header, 10)).toEqual(expected);
  });

  it.each([
    ['bytes=10-', 10],
    ['bytes=-0', 10],
    ['bytes=0-', 0],
  ])('%s of %i bytes cannot be satisfied', (header, sizeBytes) => {
    expect(() => parseRange(header, sizeBytes)).toThrow(S3Error);
  });
});

describe('XML', () => {
  it('reads every text that it writes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary-ascii' }), (one, other) => {
        const root = parseXml(xmlDocument('Delete', { Key: one, Quiet: other }), 'Delete');
        expect([childText(root, 'Key'), childText(root, 'Quiet')]).toEqual([one, other]);
      }),
    );
  });

  it.each([
    ['an incomplete document', '<Delete><Key>a</Key>'],
    ['crossed elements', '<Delete><Key>a</Delete></Key>'],
    ['another root', '<Remove></Remove>'],
    ['two roots', '<Delete></Delete><Delete></Delete>'],
    ['text after the root', '<Delete></Delete>x'],
    ['a document type', '<!DOCTYPE Delete><Delete></Delete>'],
    ['an unknown entity', '<Delete>&nbsp;</Delete>'],
    ['a bare angle bracket', '<Delete>a < b</Delete>'],
    ['nothing', ''],
  ])('refuses %s', (_, document) => {
    expect(() => parseXml(document, 'Delete')).toThrow('not well-formed');
  });
});

function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

function rolledUp(key: string, prefix: string, delimiter: string): string {
  const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return end < 0 ? key : key.slice(0, end + delimiter.length);
}
