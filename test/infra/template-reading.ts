import type { Template } from 'aws-cdk-lib/assertions';
import { z } from 'zod';

const resourceSchema = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DependsOn: z.array(z.string()).default([]),
});
export type Resource = z.infer<typeof resourceSchema>;

const statementSchema = z.object({
  Effect: z.string(),
  Action: z.union([z.string(), z.array(z.string())]).transform((action) => [action].flat()),
  Resource: z.unknown().transform((resource) => [resource].flat()),
});
export type Statement = z.infer<typeof statementSchema>;

const policySchema = z.object({
  Roles: z.array(z.object({ Ref: z.string() })),
  PolicyDocument: z.object({ Statement: z.array(statementSchema) }),
});

/** The resources of one type, by their logical ids. */
export function findResources(template: Template, type: string): ReadonlyMap<string, Resource> {
  return new Map(
    Object.entries(template.findResources(type)).map(([id, resource]) => [
      id,
      resourceSchema.parse(resource),
    ]),
  );
}

/**
 * The logical id of the resource of the type whose id starts with `start`.
 * @throws Error unless there is exactly one.
 */
export function findLogicalId(template: Template, type: string, start: string): string {
  const ids = [...findResources(template, type).keys()].filter((id) => id.startsWith(start));
  const [id] = ids;
  if (id === undefined || ids.length > 1)
    throw new Error(`${ids.length} resources of ${type} start with ${start}`);
  return id;
}

/** The policy statements of the role whose logical id starts with `roleStart`. */
export function readStatements(template: Template, roleStart: string): readonly Statement[] {
  const role = findLogicalId(template, 'AWS::IAM::Role', roleStart);
  return [...findResources(template, 'AWS::IAM::Policy').values()]
    .map(({ Properties }) => policySchema.parse(Properties))
    .filter(({ Roles }) => Roles.some(({ Ref }) => Ref === role))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

/** The value as text, to search ARNs for logical ids and literal parts. */
export function text(value: unknown): string {
  return JSON.stringify(value);
}
