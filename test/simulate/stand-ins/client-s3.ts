/** In place of `@aws-sdk/client-s3`: commands are their input, and the model bucket answers them. */
class Command {
  readonly input: Readonly<Record<string, unknown>>;

  constructor(input: Readonly<Record<string, unknown>>) {
    this.input = input;
  }
}

export class PutObjectCommand extends Command {
  readonly operation = 'put';
}
export class GetObjectCommand extends Command {
  readonly operation = 'get';
}
export class HeadObjectCommand extends Command {
  readonly operation = 'head';
}
export class ListObjectsV2Command extends Command {
  readonly operation = 'list';
}
export class ListObjectVersionsCommand extends Command {
  readonly operation = 'list-versions';
}
export class DeleteObjectCommand extends Command {
  readonly operation = 'delete';
}
export class GetObjectTaggingCommand extends Command {
  readonly operation = 'get-tags';
}
export class PutObjectTaggingCommand extends Command {
  readonly operation = 'put-tags';
}
export class CreateMultipartUploadCommand extends Command {
  readonly operation = 'create-upload';
}
export class UploadPartCommand extends Command {
  readonly operation = 'upload-part';
}
export class CompleteMultipartUploadCommand extends Command {
  readonly operation = 'complete-upload';
}
export class AbortMultipartUploadCommand extends Command {
  readonly operation = 'abort-upload';
}
export class ListPartsCommand extends Command {
  readonly operation = 'list-parts';
}
export class ListMultipartUploadsCommand extends Command {
  readonly operation = 'list-uploads';
}
export class NoSuchUpload extends Error {
  override readonly name = 'NoSuchUpload';
}
export class S3ServiceException extends Error {}
export class S3Client {}
