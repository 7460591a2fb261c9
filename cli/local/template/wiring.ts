import type { RuleDefinition } from '../events/rule-definition.ts';
import type { FunctionDefinition } from '../functions/function-definition.ts';
import type { MappingDefinition } from '../mappings/mapping-definition.ts';
import type { QueueDefinition } from '../queues/queue-definition.ts';
import { TemplateNotUnderstood } from './template-not-understood.ts';

/** The resources that are joined by ARNs. */
interface Wired {
  readonly functions: readonly FunctionDefinition[];
  readonly queues: readonly QueueDefinition[];
  readonly rules: readonly RuleDefinition[];
  readonly mappings: readonly MappingDefinition[];
}

/**
 * Checks what resources say of each other as the services do when a stack is deployed, and that the local stack can do it.
 * @throws TemplateNotUnderstood for a dead-letter queue, a target or a mapping that would be refused or is not served.
 */
export function checkWiring(wired: Wired): void {
  for (const queue of wired.queues) checkRedrive(queue, wired.queues);
  for (const rule of wired.rules) checkTargets(rule, wired.queues);
  for (const mapping of wired.mappings) checkMapping(mapping, wired);
}

function checkRedrive(queue: QueueDefinition, queues: readonly QueueDefinition[]): void {
  const { redrive, name, fifo } = queue;
  if (redrive === undefined) return;
  const where = `the dead-letter queue of '${name}'`;
  const target = queues.find(({ arn }) => arn === redrive.deadLetterTargetArn);
  if (target === undefined) {
    throw new TemplateNotUnderstood(`${where}: '${redrive.deadLetterTargetArn}' is no queue of the stack`);
  }
  if ((target.fifo === undefined) !== (fifo === undefined)) {
    throw new TemplateNotUnderstood(
      `${where}: a FIFO queue for a FIFO queue, a standard queue for a standard queue`,
    );
  }
  if (target.redrive !== undefined) {
    throw new TemplateNotUnderstood(`${where}: a dead-letter queue with a dead-letter queue of its own`);
  }
  const { redrivePermission: permission, sourceQueueArns: sources = [] } = target.redriveAllow ?? {};
  if (permission === 'denyAll' || (permission === 'byQueue' && !sources.includes(queue.arn))) {
    throw new TemplateNotUnderstood(`${where}: the RedriveAllowPolicy of '${target.name}' does not allow it`);
  }
}

function checkTargets({ name, targetArns }: RuleDefinition, queues: readonly QueueDefinition[]): void {
  for (const targetArn of targetArns) {
    const target = queues.find(({ arn }) => arn === targetArn);
    if (target === undefined || target.fifo !== undefined) {
      throw new TemplateNotUnderstood(
        `rule '${name}': the target '${targetArn}' is no standard queue of the stack`,
      );
    }
  }
}

function checkMapping(mapping: MappingDefinition, { queues, functions }: Wired): void {
  const where = `the event source mapping of '${mapping.functionArn}'`;
  const queue = queues.find(({ arn }) => arn === mapping.queueArn);
  const target = functions.find(({ name, arn }) => [name, arn].includes(mapping.functionArn));
  if (queue === undefined)
    throw new TemplateNotUnderstood(`${where}: '${mapping.queueArn}' is no queue of the stack`);
  if (target === undefined)
    throw new TemplateNotUnderstood(`${where}: there is no such function in the stack`);
  if (queue.visibilityTimeoutSeconds < target.timeoutSeconds) {
    throw new TemplateNotUnderstood(
      `${where}: the visibility timeout of '${queue.name}' is ${queue.visibilityTimeoutSeconds} seconds, less than the function's timeout of ${target.timeoutSeconds}`,
    );
  }
  if (mapping.batchSize > 10 && mapping.batchingWindowSeconds === 0) {
    throw new TemplateNotUnderstood(`${where}: a batch size above 10 needs a batching window`);
  }
  if (queue.fifo !== undefined && (mapping.batchSize > 10 || mapping.batchingWindowSeconds > 0)) {
    throw new TemplateNotUnderstood(
      `${where}: a FIFO queue has batches of 10 at most, and no batching window`,
    );
  }
}
