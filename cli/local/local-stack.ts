import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { collectInOneGo } from '../../lambdas/runtime/collect-in-one-go.ts';
import { Alarms } from './alarms/alarms.ts';
import { alarmsOperations } from './alarms/alarms-service.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { type Services, serveRequest } from './endpoint/serve-request.ts';
import { EventBus, type NewEvent } from './events/event-bus.ts';
import { eventsOperations } from './events/events-service.ts';
import { objectCreatedEvent } from './events/object-created-event.ts';
import { Functions } from './functions/functions.ts';
import { clientEnvironment } from './local-account.ts';
import { EventSourceMappings } from './mappings/event-source-mappings.ts';
import { Queues } from './queues/queues.ts';
import { queuesOperations } from './queues/queues-service.ts';
import { createS3 } from './s3/service.ts';
import { parametersOperations } from './services/parameters.ts';
import { readSecrets, secretsOperations } from './services/secrets.ts';
import type { Execution } from './states/execution.ts';
import { Executions } from './states/executions.ts';
import { openStoredObjects } from './states/open-stored-objects.ts';
import { statesOperations } from './states/states-service.ts';
import type { FunctionAnswer } from './states/task-call.ts';
import { synthesize } from './synthesis/synthesize.ts';
import { createTables } from './table/create-table.ts';
import { openTables } from './table/local-tables.ts';
import type { StackAssembly } from './template/assembly.ts';
import { type LocalResources, type LocalSchedule, readResources } from './template/local-resources.ts';

export interface LocalStackOptions {
  readonly dataFolder: string;
  readonly partnersFolder: string;
  readonly stage: string;
  /** JSON of secret name -> `{user, password, ...}`. */
  readonly secretsFile: string | undefined;
  /** Who holds the data folder, for whoever finds it busy. */
  readonly command: string;
  readonly onProgress?: (text: string) => void;
  readonly onLog?: (functionName: string, text: string) => void;
  /** Told of each event on the bus, those of S3 among them. */
  readonly onEvent?: (event: NewEvent) => void;
  /** Whether Lambda has no room for a call of the function, as in an account whose functions are all at work. */
  readonly isThrottled?: (functionName: string) => boolean;
  readonly waitScale?: number;
  /** Ends every function after so many seconds, where the template gives it longer. */
  readonly functionSeconds?: number | undefined;
  /** Whether functions get the messages of their queues, or messages rest until a stack runs that delivers them. */
  readonly queuedWork?: 'delivered' | 'resting';
}

/**
 * Waits and retry intervals last a fiftieth of what they last when deployed: the 20 seconds after which a partner's fault
 * is tried again are 0.4 at a terminal. So do the delays of messages, and the time after which a message comes again that a
 * function has failed on. The order of events is the same; timeouts are not scaled, because work is not.
 */
const defaultWaitScale = 0.02;

/** A running stack. */
export interface LocalStack {
  /** `http://127.0.0.1:PORT`: every service behind one port. */
  readonly endpoint: string;
  /** The environment variables with which an AWS client finds it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly schedules: readonly LocalSchedule[];
  readonly logsFolder: string;
  /** The names of the alarms that would ring if nothing had been measured before that time. */
  alarmsRingingSince(since: Date): readonly string[];
  /**
   * Kills a child of the function that is at work, as a machine of Lambda may vanish: the one that has worked longest.
   * False where none is at work.
   */
  killFunction(name: string): boolean;
  /** Starts an execution, or calls a function, as a schedule does. */
  start(schedule: Pick<LocalSchedule, 'targetArn' | 'input'>): Execution | undefined;
  /** Calls a function by its name, and waits for it. */
  callFunction(name: string, payload: string): Promise<FunctionAnswer>;
  /** Lets no further batch of messages begin, ends running executions, kills the functions, closes the port, the table, the queues and the objects, and gives the folder back. */
  close(): Promise<void>;
}

/**
 * Starts the stage on this machine, from the synthesized template of infra/. Nothing is left running when it throws.
 * @throws DataFolderBusy while another command uses the data folder.
 * @throws LocalUsageFault for what the operator can put right: folder, partner files, secrets file.
 * @throws TemplateNotUnderstood or DefinitionRefused for a template with parts that the local stack does not know.
 */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const { secretsFile, stage, partnersFolder, onProgress = () => {} } = options;
  // The objects' bytes go through this process.
  collectInOneGo();
  if (secretsFile !== undefined) await readSecrets(secretsFile);
  const folder = openDataFolder(options.dataFolder, options.command);
  try {
    const assembly = await synthesize({
      stage,
      partnersFolder,
      outputsFolder: folder.templates,
      onProgress,
    });
    return await serveAssembly(assembly, { ...options, folder });
  } catch (error) {
    folder.release();
    throw error;
  }
}

type ServeSettings =
  | 'secretsFile'
  | 'onLog'
  | 'onEvent'
  | 'isThrottled'
  | 'waitScale'
  | 'functionSeconds'
  | 'queuedWork';
interface ServeOptions extends Pick<LocalStackOptions, ServeSettings> {
  readonly folder: DataFolder;
}

/** Serves an assembly that has been synthesized. The folder is released when the stack is closed. */
export async function serveAssembly(assembly: StackAssembly, options: ServeOptions): Promise<LocalStack> {
  const { folder, waitScale = defaultWaitScale, queuedWork = 'delivered' } = options;
  await using started = new AsyncDisposableStack();
  const now = () => new Date();

  // A large upload takes its time, and a client shall not write into a connection that is just being closed for idleness.
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 0 });
  const endpoint = await listen(server);
  started.defer(() => closeServer(server));
  const resources = readResources(assembly, { endpoint, functionSeconds: options.functionSeconds });
  const tables = await openTables(folder.tables);
  started.defer(() => tables.close());
  const queues = new Queues({
    definitions: resources.queues,
    file: join(folder.queues, 'queues.sqlite'),
    now,
  });
  started.defer(() => queues.close());
  const bus = new EventBus({ rules: resources.rules, queues, onEvent: options.onEvent ?? (() => {}) });
  const alarms = new Alarms({ definitions: resources.alarms, queues, bus, now });
  started.defer(() => alarms.close());
  const telling = new Set(resources.buckets.filter((bucket) => bucket.sendsEvents).map(({ name }) => name));
  const objects = createS3({
    folder: folder.objects,
    now,
    onEvent: (created) => {
      if (telling.has(created.bucket)) bus.put(objectCreatedEvent(created, now()));
    },
  });
  started.defer(() => objects.close());
  const mappings = new EventSourceMappings({
    definitions: resources.mappings,
    queues,
    callFunction: (arn, payload) => functions.invoke(arn, payload),
    waitScale,
  });
  // What runs has ended only once its functions are gone: this comes after they are closed.
  started.defer(() => mappings.ended());
  const environment = clientEnvironment(endpoint);
  const functions = new Functions({
    definitions: resources.functions,
    logsFolder: folder.logs,
    endpoint,
    clientEnvironment: environment,
    now,
    onLog: options.onLog ?? (() => {}),
    onLine: (text) => alarms.onLine(text),
    onInvocation: (ended) => alarms.onCall(ended),
    isThrottled: options.isThrottled ?? (() => false),
  });
  started.defer(() => functions.close());
  const mapObjects = openStoredObjects(endpoint);
  started.defer(() => mapObjects.close());
  const executions = new Executions({
    callFunction: (arn, payload) => functions.invoke(arn, payload),
    objects: mapObjects,
    onEnd: (execution) => alarms.onExecution(execution),
    now,
    random: Math.random,
    waitScale,
  });
  started.defer(() => executions.stopAll('The local stack was closed.'));

  const services: Services = {
    functions,
    stack: { name: assembly.stackName, created: now(), outputs: resources.outputs },
    tables: tables.serve,
    objects: objects.serve,
    json: {
      AWSStepFunctions: statesOperations(resources.machines, executions),
      secretsmanager: secretsOperations(options.secretsFile),
      AmazonSSM: parametersOperations(resources.parameters),
      AmazonSQS: queuesOperations({ queues, endpoint, now, waitScale }),
      AWSEvents: eventsOperations(bus, now),
      GraniteServiceVersion20100801: alarmsOperations(alarms),
    },
  };
  server.on('request', (request, response) => {
    serveRequest(request, response, services).catch(() => response.destroy());
  });
  for (const bucket of resources.buckets) objects.createBucket(bucket);
  await createTables(endpoint, resources.tables);
  if (queuedWork === 'delivered') mappings.start();
  started.defer(() => mappings.stop());
  folder.announce(endpoint);

  const running = started.move();
  return {
    endpoint,
    environment,
    outputs: resources.outputs,
    schedules: resources.schedules,
    logsFolder: folder.logs,
    alarmsRingingSince: (since) => alarms.ringingSince(since),
    killFunction: (name) => functions.kill(name),
    callFunction: (name, payload) => functions.invoke(name, payload),
    start: (schedule) => startTarget(schedule, { resources, executions, functions }),
    close: async () => {
      await running.disposeAsync();
      folder.release();
    },
  };
}

interface Targets {
  readonly resources: LocalResources;
  readonly executions: Executions;
  readonly functions: Functions;
}

/** What becomes of a function that a schedule has called is in its log. */
function startTarget(
  { targetArn, input }: Pick<LocalSchedule, 'targetArn' | 'input'>,
  { resources, executions, functions }: Targets,
): Execution | undefined {
  const machine = resources.machines.find(({ arn }) => arn === targetArn);
  if (machine !== undefined) return executions.start(machine, input);
  if (functions.find(targetArn) !== undefined) void functions.invoke(targetArn, input).catch(() => undefined);
  return undefined;
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The local stack has no port.');
  return `http://127.0.0.1:${address.port}`;
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
