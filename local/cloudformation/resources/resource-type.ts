import { z } from 'zod';

/** A resource as its properties are written, with the name and the ARN that it has on the local stack. */
export interface NamedResource<Properties> {
  readonly name: string;
  readonly arn: string;
  readonly properties: Properties;
}

/** A resource type that the local stack provides: which properties it accepts, and what it makes of them. */
export interface ResourceType<Properties, Definition> {
  /** `AWS::S3::Bucket`; more than one where CloudFormation has several names for the same thing. */
  readonly types: readonly string[];
  /**
   * A strict object: a property is used, or marked with `noLocalMeaning`, or it is an error. A property that
   * is ignored would make a local run mean something else than a deployed one.
   */
  readonly properties: z.ZodType<Properties>;
  /** Undefined for a resource that is disabled. */
  readonly define: (
    resource: NamedResource<Properties>,
    assets: { readonly assetFolders: ReadonlyMap<string, string> },
  ) => Definition | undefined;
}

/** Returns the type unchanged; TypeScript infers its type parameters. */
export function resourceType<Properties, Definition>(
  type: ResourceType<Properties, Definition>,
): ResourceType<Properties, Definition> {
  return type;
}

/** A property that changes nothing on one machine. */
export const noLocalMeaning = z.unknown().optional();

export const secondsSchema = z.number().int().nonnegative();
