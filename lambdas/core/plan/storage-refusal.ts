/** What a refusal of S3 concerns, and what to do about it. */
export interface StorageRefusal {
  /**
   * `object`: this object alone, so its file fails and the others go on. `bucket`: the bucket, the role or
   * the service, so every other object would meet it too; or a limit that passes.
   */
  readonly scope: 'object' | 'bucket';
  /** For the message of the file; empty where S3's own text says it. */
  readonly remedy: string;
}

/** Refusals with a status of 400 to 499 that are not about one object. */
const bucketCodes: ReadonlySet<string> = new Set([
  'AccountProblem',
  'AllAccessDisabled',
  'AuthorizationHeaderMalformed',
  'ExpiredToken',
  'ExpiredTokenException',
  'IllegalLocationConstraintException',
  'IncorrectEndpoint',
  'InvalidAccessKeyId',
  'InvalidBucketName',
  'InvalidSecurity',
  'InvalidToken',
  'NoSuchBucket',
  'NotSignedUp',
  'OperationAborted',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'RequestTimeout',
  'SignatureDoesNotMatch',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TokenRefreshRequired',
  'TooManyRequestsException',
]);

/** Statuses of the client's identity, and of limits that pass. */
const bucketStatuses: ReadonlySet<number> = new Set([401, 407, 408, 425, 429]);

const remedies: Readonly<Record<string, string>> = {
  AccessDenied:
    'A policy forbids this key or this action; check the bucket policy, and an object lock on the key.',
  EntityTooLarge: 'S3 does not take an object of this size; ask the partner for smaller files.',
  KeyTooLongError: 'Shorten the prefix of the flow, or ask the partner for shorter names.',
  MetadataTooLarge: 'Please report this: the facts that are stored with an object are bounded.',
};

/**
 * Classifies a refusal by the code and the HTTP status of S3
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html). An unknown code with a status of 400
 * to 499 is about its request, that is, one object: a file that S3 refuses must not stop the others. Errors
 * of the server, of the network and of KMS, whose key is that of the bucket, concern all.
 * @param status undefined where there was no answer.
 */
export function evaluateStorageRefusal(code: string, status: number | undefined): StorageRefusal {
  const isOfRequest = status !== undefined && status >= 400 && status < 500 && !bucketStatuses.has(status);
  const concernsObject = isOfRequest && !bucketCodes.has(code) && !code.startsWith('KMS.');
  return { scope: concernsObject ? 'object' : 'bucket', remedy: remedies[code] ?? '' };
}
