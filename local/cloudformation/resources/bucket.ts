import { z } from 'zod';
import type { BucketDefinition } from '../../s3/bucket-definition.ts';
import { noLocalMeaning, resourceType } from './resource-type.ts';

const properties = z.strictObject({
  VersioningConfiguration: z.strictObject({ Status: z.enum(['Enabled', 'Suspended']) }).optional(),
  NotificationConfiguration: z
    .strictObject({
      EventBridgeConfiguration: z.strictObject({ EventBridgeEnabled: z.boolean().default(true) }),
    })
    .optional(),
  BucketName: noLocalMeaning,
  BucketEncryption: noLocalMeaning,
  LifecycleConfiguration: noLocalMeaning,
  OwnershipControls: noLocalMeaning,
  PublicAccessBlockConfiguration: noLocalMeaning,
  LoggingConfiguration: noLocalMeaning,
  Tags: noLocalMeaning,
});

export const bucketType = resourceType({
  types: ['AWS::S3::Bucket'],
  properties,
  define: ({
    name,
    properties: { VersioningConfiguration, NotificationConfiguration },
  }): BucketDefinition => ({
    name,
    versioned: VersioningConfiguration?.Status === 'Enabled',
    sendsEvents: NotificationConfiguration?.EventBridgeConfiguration.EventBridgeEnabled === true,
  }),
});
