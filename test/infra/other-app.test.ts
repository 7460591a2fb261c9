import { type App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, it } from 'vitest';
import { FtpsSync } from '../../infra/constructs/ftps-sync.ts';
import { FtpsSyncCore } from '../../infra/constructs/ftps-sync-core.ts';
import { appWithoutBundles, bothWays, partner } from './stage.ts';
import { findLogicalId } from './template-reading.ts';

/** An app of another project: the core in one stack with a customer managed key, the partners in another. */
function otherApp(): { readonly app: App; readonly platform: Stack; readonly partners: Stack } {
  const app = appWithoutBundles();
  const env = { account: '123456789012', region: 'eu-west-1' };
  const platform = new Stack(app, 'Platform', { env });
  const partners = new Stack(app, 'Partners', { env });
  const encryptionKey = new Key(platform, 'Key', { enableKeyRotation: true });
  const core = new FtpsSyncCore(platform, 'Exchange', { stage: 'other', encryptionKey });
  new FtpsSync(partners, 'Acme', { core, partner: partner('acme', { flows: bothWays('acme') }) });
  return { app, platform, partners };
}

it('encrypts the buckets and the ledger with the key of the app', () => {
  const template = Template.fromStack(otherApp().platform);
  const keyArn = { 'Fn::GetAtt': [findLogicalId(template, 'AWS::KMS::Key', 'Key'), 'Arn'] };

  template.allResourcesProperties('AWS::S3::Bucket', {
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [
        {
          BucketKeyEnabled: true,
          ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: keyArn },
        },
      ],
    },
  });
  template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
    SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
    Replicas: [Match.objectLike({ SSESpecification: { KMSMasterKeyId: keyArn } })],
  });
});

it('creates the partner file and the schedules in the stack of the partner', () => {
  const template = Template.fromStack(otherApp().partners);

  template.resourceCountIs('AWS::SSM::Parameter', 1);
  template.resourceCountIs('AWS::Scheduler::Schedule', 2);
  template.resourceCountIs('AWS::Lambda::Function', 0);
});

it('has no unacknowledged cdk-nag finding with a customer managed key', () => {
  const { violations } = new AwsSolutionsChecks().validateScope(otherApp().app);

  expect(violations).toEqual([]);
});
