import { z } from 'zod';
import { nearest } from '../did-you-mean.ts';
import { issueMessage } from './issue-message.ts';
import { pullFlowSchema } from './pull-flow.ts';
import { pushFlowSchema } from './push-flow.ts';

const directions = ['pull', 'push'] as const;
const pullKeys = new Set(Object.keys(pullFlowSchema.shape));
/** `expect` is in the schema of a push only to be refused. */
const pushKeys = new Set(Object.keys(pushFlowSchema.shape).filter((key) => key !== 'expect'));
const fileSchema = z.object({ flows: z.array(z.unknown()) });
const flowSchema = z.looseObject({ direction: z.unknown().optional() });

/**
 * The other issues of flows whose `direction` is missing or wrong, which the schema does not check at all:
 * those of the direction that was probably meant. Where nothing tells, only what is wrong in both.
 */
export function undirectedIssues(value: unknown): readonly z.core.$ZodIssue[] {
  const flows = fileSchema.safeParse(value).data?.flows ?? [];
  return flows.flatMap((flow, index) => {
    const read = flowSchema.safeParse(flow);
    if (!read.success || directions.some((direction) => direction === read.data.direction)) return [];
    return issuesOf(read.data).map((issue) => ({ ...issue, path: ['flows', index, ...issue.path] }));
  });
}

function issuesOf(flow: z.infer<typeof flowSchema>): readonly z.core.$ZodIssue[] {
  const asPull = issuesAs(pullFlowSchema, { ...flow, direction: 'pull' });
  const asPush = issuesAs(pushFlowSchema, { ...flow, direction: 'push' });
  const meant = nearest(String(flow.direction ?? ''), directions);
  if (meant !== undefined) return meant === 'pull' ? asPull : asPush;
  const keys = Object.keys(flow);
  const pullOnly = keys.filter((key) => pullKeys.has(key) && !pushKeys.has(key)).length;
  const pushOnly = keys.filter((key) => pushKeys.has(key) && !pullKeys.has(key)).length;
  if (pullOnly !== pushOnly) return pullOnly > pushOnly ? asPull : asPush;
  const identity = ({ path, message }: z.core.$ZodIssue) => `${path.join('.')} ${message}`;
  const inBoth = new Set(asPush.map(identity));
  return asPull.filter((issue) => inBoth.has(identity(issue)));
}

function issuesAs(schema: z.ZodType, flow: object): readonly z.core.$ZodIssue[] {
  return schema.safeParse(flow, { error: issueMessage }).error?.issues ?? [];
}
