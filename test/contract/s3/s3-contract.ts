import { afterAll, beforeAll, describe } from 'vitest';
import { conditionClauses } from './clauses/conditions.ts';
import { integrityClauses } from './clauses/integrity.ts';
import { listingClauses } from './clauses/listing.ts';
import { multipartClauses } from './clauses/multipart.ts';
import { multipartProgressClauses } from './clauses/multipart-progress.ts';
import { multipartRefusalClauses } from './clauses/multipart-refusals.ts';
import { objectClauses } from './clauses/objects.ts';
import { versionClauses } from './clauses/versions.ts';
import { type Deviations, registerClauses } from './contract-suite.ts';
import type { S3Endpoint } from './s3-endpoint.ts';

/**
 * What the product relies on, with the SDK's defaults. Runs on our local server and on every other server
 * that is available.
 */
export function s3Contract(
  name: string,
  start: () => Promise<S3Endpoint>,
  deviations: Deviations = {},
): void {
  describe(name, () => {
    let endpoint: S3Endpoint | undefined;
    beforeAll(async () => {
      endpoint = await start();
    });
    afterAll(async () => {
      await endpoint?.stop();
    });
    const clauses = [
      ...objectClauses,
      ...integrityClauses,
      ...conditionClauses,
      ...multipartClauses,
      ...multipartRefusalClauses,
      ...multipartProgressClauses,
      ...listingClauses,
      ...versionClauses,
    ];
    registerClauses(clauses, deviations, () => {
      if (endpoint === undefined) throw new Error(`${name} was not started`);
      return endpoint;
    });
  });
}
