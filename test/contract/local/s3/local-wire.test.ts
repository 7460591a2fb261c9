import { Agent } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exists } from '../../s3/clauses/reading.ts';
import { type LocalEndpoint, startLocalEndpoint } from './local-endpoint.ts';
import { chunkedUpload, rawRequest } from './raw-request.ts';

describe('The local S3 server, on the wire', () => {
  let endpoint: LocalEndpoint;
  let bucket: string;
  beforeAll(async () => {
    endpoint = await startLocalEndpoint();
    bucket = await endpoint.createBucket({ versioned: false });
  });
  afterAll(async () => {
    await endpoint.stop();
  });

  it('decodes a chunked body and does not store its framing', async () => {
    const content = Buffer.from('0123456789');
    const upload = chunkedUpload(content, 'x-amz-checksum-crc32:poTHxg==', 3);

    const put = await rawRequest(endpoint.url, { method: 'PUT', path: `/${bucket}/chunked`, ...upload });

    const got = await rawRequest(endpoint.url, { method: 'GET', path: `/${bucket}/chunked` });
    expect(put.status).toBe(200);
    expect(got.body).toBe('0123456789');
    expect(got.headers['content-encoding']).toBeUndefined();
  });

  it('accepts a chunked body with signatures, which it does not verify', async () => {
    const body = '5;chunk-signature=00ff\r\nabcde\r\n0;chunk-signature=00ff\r\n\r\n';
    const headers = {
      'content-encoding': 'aws-chunked,gzip',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'x-amz-decoded-content-length': '5',
    };

    await rawRequest(endpoint.url, { method: 'PUT', path: `/${bucket}/signed`, headers, body });

    const got = await rawRequest(endpoint.url, { method: 'GET', path: `/${bucket}/signed` });
    expect(got.body).toBe('abcde');
    expect(got.headers['content-encoding']).toBe('gzip');
  });

  it.each([
    ['CRC32', 'x-amz-checksum-crc32:AAAAAA=='],
    ['CRC32C', 'x-amz-checksum-crc32c:AAAAAA=='],
    ['CRC64NVME', 'x-amz-checksum-crc64nvme:AAAAAAAAAAA='],
    ['SHA256', `x-amz-checksum-sha256:${Buffer.alloc(32).toString('base64')}`],
  ])('refuses a body that does not match the %s in its trailer', async (name, trailer) => {
    const upload = chunkedUpload(Buffer.from('content'), trailer, 100);

    const put = await rawRequest(endpoint.url, {
      method: 'PUT',
      path: `/${bucket}/wrong-${name}`,
      ...upload,
    });

    expect(put.status).toBe(400);
    expect(put.body).toContain('<Code>BadDigest</Code>');
    expect(await exists(endpoint.client, bucket, `wrong-${name}`)).toBe(false);
  });

  it.each([
    ['a missing trailer', '3\r\nabc\r\n0\r\n\r\n'],
    ['no chunk of size 0', '3\r\nabc\r\n'],
    ['a chunk longer than its size', '3\r\nabcdef\r\n0\r\n\r\n'],
    ['a size that is not a number', 'three\r\nabc\r\n0\r\n\r\n'],
    ['more bytes than announced', '5\r\nabcde\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n'],
  ])('refuses a chunked body with %s', async (_, body) => {
    const { headers } = chunkedUpload(Buffer.from('abc'), 'x-amz-checksum-crc32:x', 100);

    const put = await rawRequest(endpoint.url, { method: 'PUT', path: `/${bucket}/framing`, headers, body });

    expect(put.status).toBe(400);
    expect(put.body).toContain('<Code>IncompleteBody</Code>');
    expect(await exists(endpoint.client, bucket, 'framing')).toBe(false);
  });

  it('refuses a body whose SHA-256 is not the signed one', async () => {
    const headers = { 'x-amz-content-sha256': '0'.repeat(64) };

    const put = await rawRequest(endpoint.url, { method: 'PUT', path: `/${bucket}/k`, headers, body: 'x' });

    expect(put.body).toContain('<Code>XAmzContentSHA256Mismatch</Code>');
  });

  it('answers before a refused body has arrived, and the connection serves the next request', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const body = Buffer.alloc(5_000_000);

    const refused = await rawRequest(endpoint.url, { method: 'PUT', path: '/no-such-bucket/k', body, agent });
    const next = await rawRequest(endpoint.url, { method: 'HEAD', path: `/${bucket}`, agent });

    agent.destroy();
    expect(refused.status).toBe(404);
    expect(next.status).toBe(200);
  });

  it.each([
    ['another operation', 'PUT', '?acl', {}, 'with acl'],
    ['an operation on buckets', 'DELETE', '', {}, 'DELETE of a bucket'],
    ['a part of an object', 'GET', '/k?partNumber=1', {}, 'with partNumber'],
    ['a copy', 'PUT', '/k', { 'x-amz-copy-source': 'a/b' }, 'CopyObject'],
    [
      'an unsupported header',
      'PUT',
      '/k',
      { 'x-amz-object-lock-mode': 'GOVERNANCE' },
      'x-amz-object-lock-mode',
    ],
    ['an unsupported condition', 'DELETE', '/k', { 'if-none-match': '"a"' }, 'header if-none-match'],
  ])('answers %s with 501 and its name', async (_, method, rest, headers, named) => {
    const reply = await rawRequest(endpoint.url, { method, path: `/${bucket}${rest}`, headers });

    expect(reply.status).toBe(501);
    expect(reply.body).toContain('<Code>NotImplemented</Code>');
    expect(reply.body).toContain(named);
  });

  it('refuses a request without credentials', async () => {
    const reply = await rawRequest(endpoint.url, {
      method: 'GET',
      path: `/${bucket}?list-type=2`,
      headers: { authorization: '' },
    });

    expect(reply.status).toBe(403);
  });

  it('keeps a key unchanged, with dots and double slashes', async () => {
    await rawRequest(endpoint.url, { method: 'PUT', path: `/${bucket}/a/../b//./c+d%2Fe`, body: 'x' });

    const listed = await rawRequest(endpoint.url, {
      method: 'GET',
      path: `/${bucket}?list-type=2&prefix=a/`,
    });

    expect(listed.body).toContain('<Key>a/../b//./c+d/e</Key>');
  });

  it.each([
    ['a non-ASCII byte', 'caf\u00e9', '=?UTF-8?Q?caf=C3=A9?='],
    ['UTF-8', Buffer.from('ÄMÄZÕÑ S3').toString('latin1'), '=?UTF-8?B?w4PChE3Dg8KEWsODwpXDg8KRIFMz?='],
    ['an encoded word', '=?UTF-8?B?w7zDtsOk?=', '=?UTF-8?B?w7zDtsOk?='],
    ['ASCII', 'a_b =?c?= %', 'a_b =?c?= %'],
  ])('returns metadata with %s as S3 does', async (_, sent, returned) => {
    await rawRequest(endpoint.url, {
      method: 'PUT',
      path: `/${bucket}/meta`,
      headers: { 'x-amz-meta-name': sent },
      // A string would make the client write its headers in UTF-8.
      body: Buffer.from('x'),
    });

    const head = await rawRequest(endpoint.url, { method: 'HEAD', path: `/${bucket}/meta` });

    expect(head.headers['x-amz-meta-name']).toBe(returned);
  });

  it('keeps control characters of a key in its XML', async () => {
    await rawRequest(endpoint.url, { method: 'PUT', path: `/${bucket}/control%0D%01`, body: 'x' });

    const listed = await rawRequest(endpoint.url, {
      method: 'GET',
      path: `/${bucket}?list-type=2&prefix=control`,
    });

    expect(listed.body).toContain('<Key>control&#13;&#1;</Key>');
  });
});
