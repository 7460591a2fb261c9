import { z } from 'zod';
import { UnsupportedTemplateError } from '../../account/template-errors.ts';
import type { FunctionDefinition } from '../../lambda/function-definition.ts';
import { noLocalMeaning, resourceType } from './resource-type.ts';

const properties = z.strictObject({
  Code: z.strictObject({ S3Bucket: z.string(), S3Key: z.string() }),
  Handler: z.string().regex(/^[\w-]+\.\w+$/),
  // The children run on the Node version of this program, which is the same.
  Runtime: z.literal('nodejs24.x'),
  Timeout: z.number().int().positive().default(3),
  MemorySize: z.number().int().positive().default(128),
  Environment: z.strictObject({ Variables: z.record(z.string(), z.string()) }).default({ Variables: {} }),
  FunctionName: noLocalMeaning,
  Description: noLocalMeaning,
  Architectures: noLocalMeaning,
  Role: noLocalMeaning,
  LoggingConfig: noLocalMeaning,
  TracingConfig: noLocalMeaning,
  EphemeralStorage: noLocalMeaning,
  Tags: noLocalMeaning,
});

export const functionType = resourceType({
  types: ['AWS::Lambda::Function'],
  properties,
  define: ({ name, arn, properties: { Code, Handler, ...others } }, { assetFolders }): FunctionDefinition => {
    const codeFolder = assetFolders.get(Code.S3Key);
    if (codeFolder === undefined) {
      throw new UnsupportedTemplateError(`function '${name}'`, `no asset has the key '${Code.S3Key}'`);
    }
    return {
      name,
      arn,
      codeFolder,
      handler: Handler,
      timeoutSeconds: others.Timeout,
      memoryMegabytes: others.MemorySize,
      environment: others.Environment.Variables,
    };
  },
});
