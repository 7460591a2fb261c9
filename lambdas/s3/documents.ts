import { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import type { z } from 'zod';
import type { Bucket } from './bucket.ts';
import { storageError } from './storage-error.ts';

/** JSON documents and JSON lines in the runs bucket. All of it throws StorageError. */
export async function putJson(bucket: Bucket, key: string, value: unknown): Promise<void> {
  await putText(bucket, { key, contentType: 'application/json' }, JSON.stringify(value));
}

/** A page of HTML for people. */
export async function putPage(bucket: Bucket, key: string, page: string): Promise<void> {
  await putText(bucket, { key, contentType: 'text/html; charset=utf-8' }, page);
}

/** Undefined where there is no such document. */
async function getText(bucket: Bucket, key: string): Promise<string | undefined> {
  const body = await open(bucket, key);
  if (body === undefined) return undefined;
  return (await Array.fromAsync(textOf(body, `${bucket.name}/${key}`))).join('');
}

/** Undefined where there is no such document. */
export async function getJson<S extends z.ZodType>(
  bucket: Bucket,
  key: string,
  schema: S,
): Promise<z.infer<S> | undefined> {
  const text = await getText(bucket, key);
  return text === undefined ? undefined : schema.parse(JSON.parse(text));
}

/** Line by line, in order, without holding the document; nothing where there is none. */
export async function* readJsonLines<S extends z.ZodType>(
  bucket: Bucket,
  key: string,
  schema: S,
): AsyncGenerator<z.infer<S>> {
  const body = await open(bucket, key);
  if (body === undefined) return;
  for await (const line of linesOf(textOf(body, `${bucket.name}/${key}`)))
    yield schema.parse(JSON.parse(line));
}

/** The keys under a prefix, in order. */
export async function* keysUnder(bucket: Bucket, prefix: string): AsyncGenerator<string> {
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
 * Splits at line feeds alone. node:readline would split at U+2028 too, which JSON leaves as it is and a file name may hold,
 * and it does not pass on the errors of its input.
 */
async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let begun: string[] = [];
  for await (const piece of text) {
    const [first = '', ...others] = piece.split('\n');
    begun.push(first);
    for (const other of others) {
      const line = begun.join('');
      if (line !== '') yield line;
      begun = [other];
    }
  }
  const last = begun.join('');
  if (last !== '') yield last;
}

async function* textOf(body: Readable, what: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  try {
    for await (const chunk of body) yield decoder.decode(chunk, { stream: true });
  } catch (cause) {
    throw storageError(`read ${what}`, cause);
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
    return Body instanceof Readable ? Body : undefined;
  } catch (cause) {
    const error = storageError(`get ${bucket.name}/${key}`, cause);
    if (error.fault === 'missing') return undefined;
    throw error;
  }
}
