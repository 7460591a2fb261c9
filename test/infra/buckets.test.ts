import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { stageTemplate } from './stage.ts';
import { idOf, resourcesOf } from './template-reading.ts';

const template = stageTemplate();
const buckets = ['CoreInbox', 'CoreRuns'].map((start) => idOf(template, 'AWS::S3::Bucket', start));

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

it('keeps the versions of what arrives in the inbox, and expires none of it', () => {
  const inbox = resourcesOf(template, 'AWS::S3::Bucket').get(idOf(template, 'AWS::S3::Bucket', 'CoreInbox'));

  expect(inbox?.Properties).toMatchObject({ VersioningConfiguration: { Status: 'Enabled' } });
  expect(JSON.stringify(inbox?.Properties)).not.toMatch(/Expiration/);
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
