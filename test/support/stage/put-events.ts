/** The contents of an 'Object Created' event. */
export interface CreatedObject {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string;
  readonly sizeBytes: number;
  /** Hexadecimal; of two events of one key, the later one has the larger number. */
  readonly sequencer: string;
}

/** Puts an 'Object Created' event on the local bus, like a repeated event of S3. */
export async function putObjectCreated(endpoint: string, created: CreatedObject): Promise<void> {
  const object = {
    key: created.key,
    size: created.sizeBytes,
    etag: 'ffffffffffffffffffffffffffffffff',
    'version-id': created.versionId,
    sequencer: created.sequencer,
  };
  await putEvent(endpoint, { version: '0', bucket: { name: created.bucket }, object, reason: 'PutObject' });
}

/** Puts an event of `aws.s3` with this detail on the local bus. */
export async function putEvent(endpoint: string, detail: object): Promise<void> {
  const entry = { Source: 'aws.s3', DetailType: 'Object Created', Detail: JSON.stringify(detail) };
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'x-amz-target': 'AWSEvents.PutEvents', 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({ Entries: [entry] }),
  });
  if (!response.ok) throw new Error(`PutEvents failed with status ${response.status}`);
}
