import { InvalidTemplateError, UnsupportedTemplateError } from '../account/template-errors.ts';
import type { MappingDefinition } from '../event-source-mappings/mapping-definition.ts';
import type { RuleDefinition } from '../eventbridge/rule-definition.ts';
import type { FunctionDefinition } from '../lambda/function-definition.ts';
import type { QueueDefinition } from '../sqs/queue-definition.ts';

/** The resources that refer to each other by ARN. */
interface WiredResources {
  readonly functions: readonly FunctionDefinition[];
  readonly queues: readonly QueueDefinition[];
  readonly rules: readonly RuleDefinition[];
  readonly mappings: readonly MappingDefinition[];
}

/**
 * Checks how resources refer to each other, as the services do when a stack is deployed.
 * @throws InvalidTemplateError for a dead-letter queue or a mapping that AWS would refuse.
 * @throws UnsupportedTemplateError for a rule target that the local stack does not serve.
 */
export function checkWiring(resources: WiredResources): void {
  for (const queue of resources.queues) checkRedrive(queue, resources.queues);
  for (const rule of resources.rules) checkTargets(rule, resources.queues);
  for (const mapping of resources.mappings) checkMapping(mapping, resources);
}

function checkRedrive(queue: QueueDefinition, queues: readonly QueueDefinition[]): void {
  const { redrive, name, fifo } = queue;
  if (redrive === undefined) return;
  const invalid = (what: string) => new InvalidTemplateError(`the dead-letter queue of '${name}'`, what);
  const target = queues.find(({ arn }) => arn === redrive.deadLetterTargetArn);
  if (target === undefined) throw invalid(`'${redrive.deadLetterTargetArn}' is not a queue of the stack`);
  if ((target.fifo === undefined) !== (fifo === undefined)) {
    throw invalid('a FIFO queue needs a FIFO dead-letter queue, and a standard queue a standard one');
  }
  if (target.redrive !== undefined) throw invalid('it has a dead-letter queue itself');
  const { redrivePermission: permission, sourceQueueArns: sources = [] } = target.redriveAllow ?? {};
  if (permission === 'denyAll' || (permission === 'byQueue' && !sources.includes(queue.arn))) {
    throw invalid(`the RedriveAllowPolicy of '${target.name}' does not allow it`);
  }
}

function checkTargets({ name, targetArns }: RuleDefinition, queues: readonly QueueDefinition[]): void {
  for (const targetArn of targetArns) {
    const target = queues.find(({ arn }) => arn === targetArn);
    if (target === undefined || target.fifo !== undefined) {
      throw new UnsupportedTemplateError(
        `rule '${name}'`,
        `the target '${targetArn}' is not a standard queue of the stack`,
      );
    }
  }
}

function checkMapping(mapping: MappingDefinition, { queues, functions }: WiredResources): void {
  const invalid = (what: string) =>
    new InvalidTemplateError(`the event source mapping of '${mapping.functionArn}'`, what);
  const queue = queues.find(({ arn }) => arn === mapping.queueArn);
  const target = functions.find(({ name, arn }) => [name, arn].includes(mapping.functionArn));
  if (queue === undefined) throw invalid(`'${mapping.queueArn}' is not a queue of the stack`);
  if (target === undefined) throw invalid('the stack has no such function');
  if (queue.visibilityTimeoutSeconds < target.timeoutSeconds) {
    throw invalid(
      `the visibility timeout of '${queue.name}' is ${queue.visibilityTimeoutSeconds} seconds, less than the function's timeout of ${target.timeoutSeconds}`,
    );
  }
  if (mapping.batchSize > 10 && mapping.batchingWindowSeconds === 0) {
    throw invalid('a batch size above 10 needs a batching window');
  }
  if (queue.fifo !== undefined && (mapping.batchSize > 10 || mapping.batchingWindowSeconds > 0)) {
    throw invalid('a FIFO queue allows batches of at most 10 and no batching window');
  }
}
