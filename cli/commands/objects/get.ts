import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { FlowId, PartnerId } from '../../../lambdas/contract/ids.ts';
import { shownText } from '../../../lambdas/core/path/printable-text.ts';
import { keyBelow } from '../../../lambdas/core/path/relative-path.ts';
import { isRecordedVersion } from '../../../lambdas/core/verify/compare-object.ts';
import { findFlowEntry } from '../../../lambdas/ledger/entries/flow-entries.ts';
import { findFlow } from '../../../lambdas/partners/read-partner.ts';
import { bytesText, countText } from '../../../lambdas/report/amounts.ts';
import type { Bucket } from '../../../lambdas/s3/bucket.ts';
import type { CommandDefinition } from '../../args/command-definition.ts';
import { type CommonOptions, commonOptions } from '../../args/common-options.ts';
import { CommandError, type ExitCode, exitCodes } from '../../exit-code.ts';
import { type FlowObject, flowBucket, flowObjects } from '../../stage/flow-objects.ts';
import type { Stage } from '../../stage/stage.ts';
import { withStage } from '../../stage/with-stage.ts';

export const command: CommandDefinition = {
  usage: 'get <partner> <flow> [path]',
  summary: 'download objects to a folder',
  description:
    'Download objects of a flow to a folder: one object, all below a directory, or without a path all. ' +
    'A file appears only once it is complete.',
  options: [
    { flags: '--to <folder>', description: 'the folder to download to', isRequired: true },
    ...commonOptions,
  ],
  action: (invocation) =>
    get(
      { ...invocation.flowName(), path: invocation.args[2], to: invocation.text('to') ?? '' },
      invocation.commonOptions(),
    ),
};

interface GetRequest {
  readonly partner: PartnerId;
  readonly flow: FlowId;
  /** An object, or a directory; undefined: all objects. */
  readonly path: string | undefined;
  readonly to: string;
}

interface Download {
  readonly path: string;
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

async function get(wanted: GetRequest, options: CommonOptions): Promise<ExitCode> {
  return withStage(options, `get ${wanted.partner} ${wanted.flow}`, async (stage) => {
    const flow = findFlow(await stage.readPartner(wanted.partner), wanted.flow);
    const { prefix } = flow;
    const bucket = flowBucket(stage, flow);
    const files: Download[] = [];
    const failures: string[] = [];
    for await (const object of flowObjects(bucket, prefix, wanted.path)) {
      if (!isWanted(object.path, wanted.path)) continue;
      const recorded = () => recordedSha256(stage, { ...wanted, direction: flow.direction }, object);
      const downloaded = await download(bucket, object, { folder: wanted.to, recorded }).catch(
        (error: unknown) => {
          if (error instanceof CommandError) throw error;
          failures.push(
            `${shownText(object.path)}: ${error instanceof Error ? error.message : String(error)}`,
          );
        },
      );
      if (downloaded === undefined) continue;
      files.push(downloaded);
      options.output.text(`${shownText(object.path)}  ${bytesText(downloaded.sizeBytes)}\n`);
    }
    if (failures.length > 0) throw failedError(wanted, { files, failures });
    if (files.length === 0) {
      const what = wanted.path === undefined ? 'no object' : `no object ${wanted.path}`;
      throw new CommandError(
        exitCodes.usage,
        `There is ${what} under ${prefix}. To list the objects: ls ${wanted.partner} ${wanted.flow}`,
      );
    }
    options.output.json({ to: wanted.to, files });
    options.output.text(`${countText(files.length, 'file')} in ${wanted.to}\n`);
    return exitCodes.done;
  });
}

/** Names the first failures. The other objects were downloaded. */
function failedError(
  { partner, flow, to }: GetRequest,
  { files, failures }: { readonly files: readonly Download[]; readonly failures: readonly string[] },
): CommandError {
  const shown = failures.slice(0, maxShownFailures);
  const more = failures.length > shown.length ? [`and ${failures.length - shown.length} more`] : [];
  return new CommandError(
    exitCodes.someFilesFailed,
    [
      `${countText(failures.length, 'object')} could not be downloaded, ${countText(files.length, 'file')} in ${to}:`,
      ...[...shown, ...more].map((line) => `  ${line}`),
      `Try again. To see what differs: verify ${partner} ${flow} --deep. To transfer a pulled file once more from the partner: replay ${partner} ${flow} PATH --reason TEXT`,
    ].join('\n'),
  );
}

const maxShownFailures = 10;

function isWanted(path: string, wanted: string | undefined): boolean {
  return (
    wanted === undefined || path === wanted || path.startsWith(wanted.endsWith('/') ? wanted : `${wanted}/`)
  );
}

/**
 * The SHA-256 that the ledger has of the object. Undefined where it has none: the object is not in the
 * ledger, was transferred in slices, or is a version that a push has not delivered yet.
 */
async function recordedSha256(
  { table }: Stage,
  { partner, flow, direction }: GetRequest & { readonly direction: 'pull' | 'push' },
  { key, path, sizeBytes, etag }: FlowObject,
): Promise<string | undefined> {
  const entry = await findFlowEntry(table, { partner, flow }, keyBelow('', path));
  if (direction === 'pull') return entry?.transferred?.key === key ? entry.transferred.sha256 : undefined;
  const { delivered } = entry ?? {};
  return delivered !== undefined && isRecordedVersion(delivered, { sizeBytes, etag })
    ? delivered.sha256
    : undefined;
}

interface DownloadOptions {
  readonly folder: string;
  /** Reads the SHA-256 that the ledger has; undefined where it has none. */
  readonly recorded: () => Promise<string | undefined>;
}

/** @throws Error where the bytes are not those of the ledger; there is no file then. */
async function download(
  bucket: Bucket,
  { key, path }: FlowObject,
  { folder, recorded }: DownloadOptions,
): Promise<Download> {
  const file = localPath(folder, path);
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.part`;
  try {
    const { Body, ContentLength = 0 } = await bucket.client.send(
      new GetObjectCommand({ Bucket: bucket.name, Key: key }),
    );
    if (!(Body instanceof Readable)) throw new Error(`S3 returned no body for ${key}`);
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
    if (sizeBytes !== ContentLength) throw new Error(`S3 sent ${sizeBytes} of ${ContentLength} bytes.`);
    const sha256 = hash.digest('hex');
    const expected = await recorded();
    if (expected !== undefined && sha256 !== expected) {
      throw new Error(
        `Its bytes have the SHA-256 ${sha256}, the ledger has ${expected}: it was overwritten or damaged.`,
      );
    }
    await rename(draft, file);
    return { path, file, sizeBytes, sha256 };
  } finally {
    await rm(draft, { force: true });
  }
}

/** Refuses a key with `..` that would lead out of the folder: other programs can write to the bucket too. */
function localPath(folder: string, path: string): string {
  const file = resolve(folder, path);
  const back = relative(resolve(folder), file);
  if (back === '' || back.startsWith('..') || join(folder, path).endsWith('/')) {
    throw new CommandError(
      exitCodes.usage,
      `The object ${shownText(path)} would be written outside of ${folder}; nothing more was downloaded.`,
    );
  }
  return file;
}
