import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { FlowId, PartnerId } from '../../lambdas/contract/ids.ts';
import { flowOf } from '../../lambdas/partners/read-partner.ts';
import type { Bucket } from '../../lambdas/s3/bucket.ts';
import { bytesText, countText } from '../amounts.ts';
import { CommandFault, type ExitCode, exitCodes } from '../exit-code.ts';
import { bucketOf, type FlowObject, flowObjects } from '../flow-objects.ts';
import type { CommonOptions } from '../options.ts';
import { shownText } from '../text-table.ts';
import { withStage } from '../with-stage.ts';

export interface GetWanted {
  readonly partner: PartnerId;
  readonly flow: FlowId;
  /** One object, or all below a directory; undefined: everything. */
  readonly path: string | undefined;
  readonly to: string;
}

interface Fetched {
  readonly path: string;
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** `get PARTNER FLOW [PATH] --to DIR`: objects as files of the same path below DIR, each whole or not there at all. */
export async function get(wanted: GetWanted, options: CommonOptions): Promise<ExitCode> {
  return withStage(options, `get ${wanted.partner} ${wanted.flow}`, async (stage) => {
    const flow = flowOf(await stage.readPartner(wanted.partner), wanted.flow);
    const { prefix } = flow;
    const bucket = bucketOf(stage, flow);
    const files: Fetched[] = [];
    for await (const object of flowObjects(bucket, prefix, wanted.path)) {
      if (!isWanted(object.path, wanted.path)) continue;
      const fetched = await fetchObject(bucket, object, wanted.to);
      files.push(fetched);
      options.output.text(`${shownText(object.path)}  ${bytesText(fetched.sizeBytes)}\n`);
    }
    if (files.length === 0) {
      const what = wanted.path === undefined ? 'no object' : `no object ${wanted.path}`;
      throw new CommandFault(exitCodes.usage, `There is ${what} under ${prefix}. 'ls' shows what is there.`);
    }
    options.output.json({ to: wanted.to, files });
    options.output.text(`${countText(files.length, 'file')} in ${wanted.to}\n`);
    return exitCodes.done;
  });
}

function isWanted(path: string, wanted: string | undefined): boolean {
  return (
    wanted === undefined || path === wanted || path.startsWith(wanted.endsWith('/') ? wanted : `${wanted}/`)
  );
}

async function fetchObject(bucket: Bucket, { key, path }: FlowObject, folder: string): Promise<Fetched> {
  const file = placeBelow(folder, path);
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.part`;
  try {
    const { Body } = await bucket.client.send(new GetObjectCommand({ Bucket: bucket.name, Key: key }));
    if (!(Body instanceof Readable)) throw new Error(`${key} came without a body`);
    const hash = createHash('sha256');
    let sizeBytes = 0;
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        sizeBytes += chunk.length;
        done(null, chunk);
      },
    });
    await pipeline(Body, measure, createWriteStream(draft));
    await rename(draft, file);
    return { path, file, sizeBytes, sha256: hash.digest('hex') };
  } finally {
    await rm(draft, { force: true });
  }
}

/** Another writer may have put an object with `..` in its key: it must not lead out of the folder. */
function placeBelow(folder: string, path: string): string {
  const file = resolve(folder, path);
  const back = relative(resolve(folder), file);
  if (back === '' || back.startsWith('..') || join(folder, path).endsWith('/')) {
    throw new CommandFault(
      exitCodes.usage,
      `The object ${shownText(path)} has no place below ${folder}; it was left out.`,
    );
  }
  return file;
}
