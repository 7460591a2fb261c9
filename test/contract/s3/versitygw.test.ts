import { describe, it } from 'vitest';
import { s3Contract } from './s3-contract.ts';
import { startVersitygw, versitygwIsMissing } from './versitygw-endpoint.ts';

/** What versitygw 1.8.0 does otherwise than Amazon S3 is documented to do. */
const deviations = {
  'a key of 1,025 bytes is refused': 'only the file system limits its keys',
  'keys are listed URL-encoded on request': 'it lists them as they are',
  'a full last page of versions is not truncated': 'it sends an empty page after it',
  'a key behind a delete marker counts as absent for If-None-Match: *': 'it answers 412',
  'a delete with an ETag is refused if there is no object': 'it answers 204',
  'each of several deletes with ETags in one request is decided on its own': 'it does not look at the ETags',
  'uploads are listed page by page, also those of one key': 'it refuses its own marker of an upload',
};

const missing = versitygwIsMissing();
if (missing === undefined) {
  s3Contract('versitygw', startVersitygw, deviations);
} else {
  process.stdout.write(`Skipped: the S3 contract on versitygw: ${missing}.\n`);
  describe('versitygw', () => it.skip(`fulfils the S3 contract (${missing})`));
}
