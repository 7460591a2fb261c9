import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { stageTemplate } from '../stage.ts';
import { findLogicalId, findResources } from '../template-reading.ts';

const template = stageTemplate();
const buckets = ['CoreInbox', 'CorePushOutbox', 'CoreRuns'].map((start) =>
  findLogicalId(template, 'AWS::S3::Bucket', start),
);

describe.each(buckets)('the bucket %s', (bucket) => {
  it('is never public', () => {
    expect(findResources(template, 'AWS::S3::Bucket').get(bucket)?.Properties).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
  });

  it('disables ACLs and encrypts its objects', () => {
    expect(findResources(template, 'AWS::S3::Bucket').get(bucket)?.Properties).toMatchObject({
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
  });

  it.each([
    ['without TLS', { Bool: { 'aws:SecureTransport': 'false' } }],
    ['with TLS below 1.2', { NumericLessThan: { 's3:TlsVersion': 1.2 } }],
  ])('denies requests %s', (_, condition) => {
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      Bucket: { Ref: bucket },
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Action: 's3:*', Principal: { AWS: '*' }, Condition: condition }),
        ]),
      },
    });
  });

  it('aborts uploads that are unfinished after a week', () => {
    expect(findResources(template, 'AWS::S3::Bucket').get(bucket)?.Properties).toMatchObject({
      LifecycleConfiguration: {
        Rules: expect.arrayContaining([
          expect.objectContaining({
            Status: 'Enabled',
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
          }),
        ]),
      },
    });
  });

  it('outlives its stack', () => {
    expect(template.findResources('AWS::S3::Bucket')[bucket]).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
  });
});

it.each(['CoreInbox', 'CorePushOutbox'])('keeps the versions of objects in %s and expires none', (start) => {
  const bucket = findResources(template, 'AWS::S3::Bucket').get(
    findLogicalId(template, 'AWS::S3::Bucket', start),
  );

  expect(bucket?.Properties).toMatchObject({ VersioningConfiguration: { Status: 'Enabled' } });
  expect(JSON.stringify(bucket?.Properties)).not.toMatch(/Expiration/);
});

it('sends events of the outbox, and of no other bucket, to EventBridge', () => {
  const notifying = [...findResources(template, 'AWS::S3::Bucket')].filter(
    ([, { Properties }]) => 'NotificationConfiguration' in Properties,
  );

  expect(notifying.map(([id]) => id)).toEqual([findLogicalId(template, 'AWS::S3::Bucket', 'CorePushOutbox')]);
  expect(notifying[0]?.[1].Properties.NotificationConfiguration).toEqual({
    EventBridgeConfiguration: { EventBridgeEnabled: true },
  });
});

it('uses no custom resource', () => {
  const types = Object.values<{ Type: string }>(template.toJSON().Resources).map(({ Type }) => Type);

  expect(types.filter((type) => /^Custom::|CustomResource/.test(type))).toEqual([]);
});

it('expires the documents of runs after 90 days', () => {
  template.hasResourceProperties('AWS::S3::Bucket', {
    LifecycleConfiguration: {
      Rules: Match.arrayWith([Match.objectLike({ ExpirationInDays: 90, Status: 'Enabled' })]),
    },
  });
});

it('deletes the buckets of a stage with onRemoval destroy', () => {
  const temporary = stageTemplate({ onRemoval: 'destroy' });

  temporary.allResources('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
});
