/** What a test makes S3 say of an object. */
export interface ToldObject {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string;
  readonly sizeBytes: number;
  /** Hexadecimal: of two events of one key, the later one has the larger number. */
  readonly sequencer: string;
}

/** Puts 'Object Created' on the local bus once more, as S3 may do at any time. */
export async function tellObjectCreated(endpoint: string, told: ToldObject): Promise<void> {
  const object = {
    key: told.key,
    size: told.sizeBytes,
    etag: 'ffffffffffffffffffffffffffffffff',
    'version-id': told.versionId,
    sequencer: told.sequencer,
  };
  await putEvent(endpoint, { version: '0', bucket: { name: told.bucket }, object, reason: 'PutObject' });
}

/** Puts an event with this detail on the local bus, which takes any from `aws.s3`. */
export async function putEvent(endpoint: string, detail: object): Promise<void> {
  const entry = { Source: 'aws.s3', DetailType: 'Object Created', Detail: JSON.stringify(detail) };
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'x-amz-target': 'AWSEvents.PutEvents', 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({ Entries: [entry] }),
  });
  if (!response.ok) throw new Error(`PutEvents was answered with ${response.status}`);
}
