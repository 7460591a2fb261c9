import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';

/** The bytes of an object, or of a range of it. */
export async function bytesOf(
  client: S3Client,
  bucket: string,
  key: string,
  range?: string,
): Promise<Buffer> {
  const input = range === undefined ? {} : { Range: range };
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...input }));
  if (Body === undefined) throw new Error(`${key} has no body`);
  return Buffer.from(await Body.transformToByteArray());
}

export async function exists(client: S3Client, bucket: string, key: string): Promise<boolean> {
  const error = await faultOf(client.send(new HeadObjectCommand({ Bucket: bucket, Key: key })));
  if (error === undefined) return true;
  if (error.status === 404) return false;
  throw new Error(`HEAD of ${key} answered ${error.name}`);
}

/** All keys of the bucket in listing order, read page by page. */
export async function listedKeys(client: S3Client, bucket: string, pageSize: number): Promise<string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const continuation = token === undefined ? {} : { ContinuationToken: token };
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, MaxKeys: pageSize, ...continuation }),
    );
    keys.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ''));
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return keys;
}

export interface Fault {
  readonly name: string;
  readonly status: number | undefined;
}

/** How a request was refused; undefined if it was not. */
export async function faultOf(sent: Promise<unknown>): Promise<Fault | undefined> {
  try {
    await sent;
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { name: error.name, status: statusOf(error) };
  }
}

function statusOf(error: Error): number | undefined {
  if (!('$metadata' in error) || typeof error.$metadata !== 'object' || error.$metadata === null)
    return undefined;
  const { $metadata } = error;
  return 'httpStatusCode' in $metadata && typeof $metadata.httpStatusCode === 'number'
    ? $metadata.httpStatusCode
    : undefined;
}
