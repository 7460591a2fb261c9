import type { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import type { z } from 'zod';
import { bodyStream } from '../body-stream.ts';
import type { Bucket } from '../bucket.ts';
import { storageError } from '../storage-error.ts';

/** The documents in the runs bucket: JSON, JSON lines and HTML pages. All functions throw StorageError. */

/** Writes a JSON document, in place of one at the key. */
export async function putJson(bucket: Bucket, key: string, value: unknown): Promise<void> {
  await putText(bucket, { key, contentType: 'application/json' }, JSON.stringify(value));
}

/** Writes an HTML page. */
export async function putPage(bucket: Bucket, key: string, page: string): Promise<void> {
  await putText(bucket, { key, contentType: 'text/html; charset=utf-8' }, page);
}

/** Undefined if there is no such document. */
async function getText(bucket: Bucket, key: string): Promise<string | undefined> {
  const body = await open(bucket, key);
  if (body === undefined) return undefined;
  return (await Array.fromAsync(decode(body, `${bucket.name}/${key}`))).join('');
}

/** Reads a JSON document; undefined if there is none. @throws ZodError if it does not match the schema. */
export async function getJson<S extends z.ZodType>(
  bucket: Bucket,
  key: string,
  schema: S,
): Promise<z.infer<S> | undefined> {
  const text = await getText(bucket, key);
  return text === undefined ? undefined : schema.parse(JSON.parse(text));
}

/**
 * Reads a document of JSON lines as a stream, in order; yields nothing if there is no such document.
 * @throws ZodError if a line does not match the schema.
 */
export async function* readJsonLines<S extends z.ZodType>(
  bucket: Bucket,
  key: string,
  schema: S,
): AsyncGenerator<z.infer<S>> {
  const body = await open(bucket, key);
  if (body === undefined) return;
  for await (const line of splitLines(decode(body, `${bucket.name}/${key}`)))
    yield schema.parse(JSON.parse(line));
}

/** The keys under a prefix, in ascending order. */
export async function* listKeys(bucket: Bucket, prefix: string): AsyncGenerator<string> {
  for (let token: string | undefined, more = true; more; ) {
    const request: { Bucket: string; Prefix: string; ContinuationToken?: string } = {
      Bucket: bucket.name,
      Prefix: prefix,
    };
    if (token !== undefined) request.ContinuationToken = token;
    const page = await bucket.client.send(new ListObjectsV2Command(request)).catch((cause: unknown) => {
      throw storageError(`list ${bucket.name}/${prefix}`, cause);
    });
    yield* (page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
    token = page.NextContinuationToken;
    more = token !== undefined;
  }
}

/**
 * Splits at line feeds only. node:readline also splits at U+2028, which JSON does not escape and a file name
 * may contain, and it does not pass on errors of its input.
 */
async function* splitLines(text: AsyncIterable<string>): AsyncGenerator<string> {
  let pieces: string[] = [];
  for await (const piece of text) {
    const [first = '', ...others] = piece.split('\n');
    pieces.push(first);
    for (const other of others) {
      const line = pieces.join('');
      if (line !== '') yield line;
      pieces = [other];
    }
  }
  const last = pieces.join('');
  if (last !== '') yield last;
}

async function* decode(body: Readable, source: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  try {
    for await (const chunk of body) yield decoder.decode(chunk, { stream: true });
  } catch (cause) {
    throw storageError(`read ${source}`, cause);
  }
  yield decoder.decode();
}

async function putText(
  bucket: Bucket,
  { key, contentType }: { readonly key: string; readonly contentType: string },
  text: string,
): Promise<void> {
  const command = new PutObjectCommand({
    Bucket: bucket.name,
    Key: key,
    Body: text,
    ContentType: contentType,
  });
  await bucket.client.send(command).catch((cause: unknown) => {
    throw storageError(`put ${bucket.name}/${key}`, cause);
  });
}

async function open(bucket: Bucket, key: string): Promise<Readable | undefined> {
  try {
    const { Body } = await bucket.client.send(new GetObjectCommand({ Bucket: bucket.name, Key: key }));
    return bodyStream(Body);
  } catch (cause) {
    const error = storageError(`get ${bucket.name}/${key}`, cause);
    if (error.kind === 'missing') return undefined;
    throw error;
  }
}
