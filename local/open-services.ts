import { join } from 'node:path';
import type { LocalResources } from './cloudformation/read-resources.ts';
import { Alarms } from './cloudwatch/alarms.ts';
import type { DataFolder } from './data-folder.ts';
import { type LocalTables, openTables } from './dynamodb/local-tables.ts';
import { EventSourceMappings } from './event-source-mappings/event-source-mappings.ts';
import { EventBus, type NewEvent } from './eventbridge/event-bus.ts';
import { objectCreatedEvent } from './eventbridge/object-created-event.ts';
import { AsynchronousInvocations } from './lambda/asynchronous-invocations.ts';
import { defaultConcurrency, machineMemoryBytes } from './lambda/concurrency-limit.ts';
import type { LambdaError } from './lambda/function-answer.ts';
import { type EndedInvocation, Functions } from './lambda/functions.ts';
import { createS3, type S3Service } from './s3/service.ts';
import { Queues } from './sqs/queues.ts';
import { openStoredObjects } from './step-functions/execution/stored-objects.ts';
import { Executions } from './step-functions/executions.ts';

/** What a caller observes and changes of the services. */
export interface ServiceOptions {
  readonly onLog: (functionName: string, text: string) => void;
  /** Called for each event on the bus, the events of S3 included. */
  readonly onEvent: (event: NewEvent) => void;
  /** Called for each invocation that has ended or was throttled. */
  readonly onInvocation: (ended: EndedInvocation) => void;
  /** The error with which Lambda itself answers a call of the function; undefined: it is invoked. */
  readonly lambdaError: (functionName: string) => LambdaError | undefined;
  /**
   * How many functions run at the same time; Lambda throttles further calls. The default depends on the
   * memory of the machine.
   */
  readonly maxConcurrency: number | undefined;
  /** How many processes of functions are kept idle. Default: four for each that may run. */
  readonly maxIdle: number;
  /** How long the process of a function is kept for its next invocation. */
  readonly maxIdleSeconds: number;
  /**
   * How long a second of a Wait, a retry interval, a message delay or a visibility timeout lasts, in seconds.
   * Timeouts are not scaled, because work is not.
   */
  readonly waitScale: number;
}

/**
 * Waits last a fiftieth of their deployed time: 20 seconds before a retry are 0.4 seconds. The order of
 * events stays the same.
 */
const defaultWaitScale = 0.02;

/** Lambda does not say how long it keeps an idle environment; some minutes were measured. */
const defaultMaxIdleSeconds = 300;

/**
 * A run calls seven functions, so many runs at once need several idle processes for each that runs, or nearly
 * every call is a cold start. An idle one has about 75 MiB, a small part of what a running one may use.
 */
const idlePerExecution = 4;

interface OpeningStack {
  readonly folder: DataFolder;
  readonly endpoint: string;
  /** What the AWS clients in functions need. */
  readonly environment: Readonly<Record<string, string>>;
  readonly options: Partial<ServiceOptions>;
  /** Receives what closes the services, in the order in which they opened. */
  readonly opening: AsyncDisposableStack;
}

/** The services of a stack. They answer requests once the caller has routed them. */
export interface OpenServices {
  readonly tables: LocalTables;
  readonly queues: Queues;
  readonly bus: EventBus;
  readonly alarms: Alarms;
  readonly objects: S3Service;
  readonly mappings: EventSourceMappings;
  readonly functions: Functions;
  readonly asynchronous: AsynchronousInvocations;
  readonly executions: Executions;
  readonly now: () => Date;
  readonly waitScale: number;
}

/**
 * Opens the services that the template needs: those that hold data, then those that run functions.
 * @throws Error when the data folder cannot be read, for example because another server has it open.
 */
export async function openServices(
  resources: LocalResources,
  { folder, endpoint, environment, options, opening }: OpeningStack,
): Promise<OpenServices> {
  const { onLog = () => {}, onEvent = () => {}, lambdaError = () => undefined } = options;
  const { onInvocation = () => {} } = options;
  const { waitScale = defaultWaitScale, maxIdleSeconds = defaultMaxIdleSeconds } = options;
  const { maxConcurrency = defaultConcurrency(resources.functions, machineMemoryBytes()) } = options;
  const { maxIdle = idlePerExecution * maxConcurrency } = options;
  const now = () => new Date();

  const tables = await openTables(folder.tables);
  opening.defer(() => tables.close());
  const queues = new Queues({
    definitions: resources.queues,
    file: join(folder.queues, 'queues.sqlite'),
    now,
  });
  opening.defer(() => queues.close());
  const bus = new EventBus({ rules: resources.rules, queues, onEvent });
  const alarms = new Alarms({ definitions: resources.alarms, queues, bus, now });
  opening.defer(() => alarms.close());
  const objects = openObjects(resources, { folder, bus, now });
  opening.defer(() => objects.close());

  const callFunction = (arn: string, payload: string) => functions.invoke(arn, payload);
  const mappings = new EventSourceMappings({
    definitions: resources.mappings,
    queues,
    callFunction,
    waitScale,
  });
  // A running batch ends with its function, so this waits after the functions are closed.
  opening.defer(() => mappings.ended());
  const functions = new Functions({
    definitions: resources.functions,
    logsFolder: folder.logs,
    endpoint,
    clientEnvironment: environment,
    now,
    onLog,
    onLine: (text) => alarms.onLine(text),
    onInvocation: (ended) => {
      alarms.onInvocation(ended);
      onInvocation(ended);
    },
    lambdaError,
    maxConcurrency,
    maxIdle,
    maxIdleMs: maxIdleSeconds * 1000,
  });
  opening.defer(() => functions.close());
  const asynchronous = new AsynchronousInvocations({ callFunction, waitScale });
  opening.defer(() => asynchronous.stop());
  const mapObjects = openStoredObjects(endpoint);
  opening.defer(() => mapObjects.close());
  const executions = new Executions({
    callFunction,
    objects: mapObjects,
    onEnd: (execution) => alarms.onExecution(execution),
    now,
    random: Math.random,
    waitScale,
  });
  opening.defer(() => executions.stopAll('The local stack was closed.'));
  const data = { tables, queues, bus, alarms, objects };
  return { ...data, mappings, functions, asynchronous, executions, now, waitScale };
}

function openObjects(
  { buckets }: LocalResources,
  { folder, bus, now }: { readonly folder: DataFolder; readonly bus: EventBus; readonly now: () => Date },
): S3Service {
  const sending = new Set(buckets.filter((bucket) => bucket.sendsEvents).map(({ name }) => name));
  return createS3({
    folder: folder.objects,
    now,
    onEvent: (created) => {
      if (sending.has(created.bucket)) bus.put(objectCreatedEvent(created, now()));
    },
  });
}
