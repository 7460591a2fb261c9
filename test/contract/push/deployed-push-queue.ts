import { z } from 'zod';
import { parseTemplate } from '../../../local/cloudformation/assembly.ts';
import { readResources } from '../../../local/cloudformation/read-resources.ts';
import type { QueueDefinition } from '../../../local/sqs/queue-definition.ts';
import { stageTemplate } from '../../infra/stage.ts';
import { findLogicalId, findResources } from '../../infra/template-reading.ts';

/** The settings of the push queue in the template. */
interface DeployedPushQueue {
  readonly queue: QueueDefinition;
  readonly deadLetters: QueueDefinition;
  /** Messages per invocation. */
  readonly batchSize: number;
  /** Of the function that reads it. */
  readonly timeoutSeconds: number;
}

/** Synthesizes a stage and reads the settings of its push queue. */
export function deployedPushQueue(): DeployedPushQueue {
  const template = stageTemplate();
  const type = 'AWS::SQS::Queue';
  const Resources = template.findResources(type);
  const assembly = {
    stackName: 'test',
    template: parseTemplate({ Resources }),
    assetFolders: new Map<string, string>(),
  };
  const { queues } = readResources(assembly, { endpoint: 'http://127.0.0.1' });
  const named = (name: string) => {
    const queue = queues.find((each) => each.name === name);
    if (queue === undefined) throw new Error(`The template has no queue ${name}.`);
    return queue;
  };
  const queueId = findLogicalId(template, type, 'CorePushDeliveriesQueue');
  const { BatchSize } = propertiesOf('AWS::Lambda::EventSourceMapping', ({ EventSourceArn }) =>
    JSON.stringify(EventSourceArn).includes(queueId),
  );
  const { Timeout } = propertiesOf(
    'AWS::Lambda::Function',
    ({ FunctionName }) => FunctionName === 'ftps-sync-test-push-file',
  );
  return {
    queue: named('ftps-sync-test-push.fifo'),
    deadLetters: named('ftps-sync-test-push-dead-letters.fifo'),
    batchSize: z.number().parse(BatchSize),
    timeoutSeconds: z.number().parse(Timeout),
  };

  function propertiesOf(ofType: string, fits: (properties: Properties) => boolean): Properties {
    const all = [...findResources(template, ofType).values()].map(({ Properties }) => Properties);
    return all.find(fits) ?? {};
  }
}

type Properties = Readonly<Record<string, unknown>>;
