import { Readable } from 'node:stream';
import {
  type ChecksumType,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

/** The minimum size of a part, except the last one. */
export const partBytes = 5 * 1024 * 1024;

interface BeginOptions {
  readonly ChecksumType: ChecksumType;
  readonly Key?: string;
  readonly Metadata?: Record<string, string>;
}

interface CompleteOptions {
  readonly ChecksumCRC32?: string;
  readonly MpuObjectSize?: number;
  readonly IfNoneMatch?: string;
  readonly IfMatch?: string | undefined;
}

/** Begins an upload with CRC32, the default of the SDK. The default key is `big`. */
export async function begin(
  client: S3Client,
  Bucket: string,
  { ChecksumType, Key = 'big', Metadata = {} }: BeginOptions,
) {
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: 'CRC32', ChecksumType, Metadata }),
  );
  const target = { Bucket, Key, UploadId };
  return {
    target,
    part: async (PartNumber: number, content = Buffer.alloc(0)): Promise<CompletedPart> => {
      const Body = Readable.from([content]);
      const { ETag, ChecksumCRC32 } = await client.send(
        new UploadPartCommand({ ...target, PartNumber, Body, ContentLength: content.length }),
      );
      return { PartNumber, ETag, ChecksumCRC32 };
    },
    complete: (Parts: CompletedPart[], options: CompleteOptions) =>
      client.send(
        new CompleteMultipartUploadCommand({
          ...target,
          ...options,
          ChecksumType,
          MultipartUpload: { Parts },
        }),
      ),
  };
}
