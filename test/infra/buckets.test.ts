import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { stageTemplate } from './stage.ts';
import { idOf, resourcesOf } from './template-reading.ts';

const template = stageTemplate();
const buckets = ['CoreInbox', 'CorePushOutbox', 'CoreRuns'].map((start) =>
  idOf(template, 'AWS::S3::Bucket', start),
);

describe.each(buckets)('the bucket %s', (bucket) => {
  it('is never public', () => {
    expect(resourcesOf(template, 'AWS::S3::Bucket').get(bucket)?.Properties).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
  });

  it('belongs to its owner with all its objects, and encrypts them', () => {
    expect(resourcesOf(template, 'AWS::S3::Bucket').get(bucket)?.Properties).toMatchObject({
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
  });

  it.each([
    ['without TLS', { Bool: { 'aws:SecureTransport': 'false' } }],
    ['with TLS below 1.2', { NumericLessThan: { 's3:TlsVersion': 1.2 } }],
  ])('refuses everybody %s', (_, condition) => {
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      Bucket: { Ref: bucket },
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Action: 's3:*', Principal: { AWS: '*' }, Condition: condition }),
        ]),
      },
    });
  });

  it('aborts uploads that nobody has finished for a week', () => {
    expect(resourcesOf(template, 'AWS::S3::Bucket').get(bucket)?.Properties).toMatchObject({
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

it.each(['CoreInbox', 'CorePushOutbox'])(
  'keeps the versions of what is in %s, and expires none of it',
  (start) => {
    const bucket = resourcesOf(template, 'AWS::S3::Bucket').get(idOf(template, 'AWS::S3::Bucket', start));

    expect(bucket?.Properties).toMatchObject({ VersioningConfiguration: { Status: 'Enabled' } });
    expect(JSON.stringify(bucket?.Properties)).not.toMatch(/Expiration/);
  },
);

it('tells EventBridge of the objects of the outbox and of no other bucket', () => {
  const telling = [...resourcesOf(template, 'AWS::S3::Bucket')].filter(
    ([, { Properties }]) => 'NotificationConfiguration' in Properties,
  );

  expect(telling.map(([id]) => id)).toEqual([idOf(template, 'AWS::S3::Bucket', 'CorePushOutbox')]);
  expect(telling[0]?.[1].Properties.NotificationConfiguration).toEqual({
    EventBridgeConfiguration: { EventBridgeEnabled: true },
  });
});

it('needs no custom resource', () => {
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

it('lets the buckets go with a stage that is to be destroyed', () => {
  const throwaway = stageTemplate({ onRemoval: 'destroy' });

  throwaway.allResources('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
});
