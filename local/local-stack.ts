import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { clientEnvironment } from './account/local-account.ts';
import { stackInputs } from './cdk-synth/stack-inputs.ts';
import { synthesize } from './cdk-synth/synthesize.ts';
import type { StackAssembly } from './cloudformation/assembly.ts';
import { serveDescribeStacks } from './cloudformation/describe-stacks.ts';
import { type LocalResources, readResources } from './cloudformation/read-resources.ts';
import { alarmsOperations } from './cloudwatch/alarms-service.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { createTables } from './dynamodb/create-table.ts';
import { type Services, serveRequest } from './endpoint/serve-request.ts';
import { eventsOperations } from './eventbridge/events-service.ts';
import type { FunctionAnswer } from './lambda/function-answer.ts';
import { serveRuntimeApi } from './lambda/runtime-api.ts';
import { type OpenServices, openServices, type ServiceOptions } from './open-services.ts';
import { parametersOperations } from './parameters-and-secrets/parameters.ts';
import { readSecrets, secretsOperations } from './parameters-and-secrets/secrets.ts';
import type { ScheduleDefinition } from './scheduler/schedule-definition.ts';
import { sqsOperations } from './sqs/operations/sqs-operations.ts';
import type { Execution } from './step-functions/execution/execution.ts';
import { statesOperations } from './step-functions/states-operations.ts';

/** How a stack is served, whichever template it has. */
export interface ServeOptions extends Partial<ServiceOptions> {
  /** A JSON file of secret name -> `{user, password, ...}`; it is read again at each call. */
  readonly secretsFile: string | undefined;
  /** Shortens the timeout of every function to this many seconds, where the template allows more. */
  readonly functionSeconds?: number | undefined;
  /**
   * `disabled`: functions do not receive the messages of their queues, which wait for a stack that delivers
   * them. The default is `enabled`.
   */
  readonly eventSourceMappings?: 'enabled' | 'disabled';
  /** What the stack was made from (stack-inputs.ts), for commands that find it running. */
  readonly inputs?: string;
}

export interface LocalStackOptions extends ServeOptions {
  readonly dataFolder: string;
  readonly partnersFolder: string;
  readonly stage: string;
  /** Names the holder of the data folder to other commands. */
  readonly command: string;
  readonly onProgress?: (text: string) => void;
}

/** A running stack. */
export interface LocalStack {
  /** `http://127.0.0.1:PORT`: every service answers on one port. */
  readonly endpoint: string;
  /** The environment variables that make an AWS client use the stack. */
  readonly environment: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly schedules: readonly ScheduleDefinition[];
  readonly logsFolder: string;
  /** The names of the alarms that would be in ALARM if nothing had been measured before `since`. */
  activeAlarmsSince(since: Date): readonly string[];
  /**
   * Kills the process of the function's longest running invocation, as Lambda may lose a machine. Returns
   * false when the function has no invocation.
   */
  killFunction(name: string): boolean;
  /** Starts an execution or calls a function, as a schedule does. Undefined for a function. */
  start(schedule: Pick<ScheduleDefinition, 'targetArn' | 'input'>): Execution | undefined;
  /** Calls a function by its name and waits for its answer. */
  callFunction(name: string, payload: string): Promise<FunctionAnswer>;
  /**
   * Starts no further batch of messages, ends running executions, kills the functions, closes the port and
   * all data, and releases the data folder.
   */
  close(): Promise<void>;
}

/**
 * Starts the stage on this machine from the template that infra/ synthesizes. When it throws, nothing is left
 * running.
 * @throws DataFolderBusyError while another command uses the data folder.
 * @throws LocalUsageError for what the operator can correct: the data folder, a partner file, the secrets
 * file.
 * @throws UnsupportedTemplateError, UnsupportedDefinitionError or InvalidTemplateError for the template.
 */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const { secretsFile, stage, partnersFolder, onProgress = () => {} } = options;
  collectGarbageAtOnce();
  if (secretsFile !== undefined) await readSecrets(secretsFile);
  const folder = openDataFolder(options.dataFolder, options.command);
  try {
    const inputs = stackInputs(options);
    const assembly = await synthesize({ stage, partnersFolder, outputsFolder: folder.templates, onProgress });
    return await serveAssembly(assembly, folder, { ...options, inputs });
  } catch (error) {
    folder.release();
    throw error;
  }
}

/**
 * The bytes of objects pass through this process in buffers outside of V8's heap. Each 16 MiB of them makes
 * V8 start an incremental collection of a heap that has hardly changed; a full one of this small heap takes a
 * few milliseconds and does not slow the transfer down.
 */
function collectGarbageAtOnce(): void {
  setFlagsFromString('--no-incremental-marking');
}

/** Serves a synthesized stack from the data folder, which is released when the stack closes. */
export async function serveAssembly(
  assembly: StackAssembly,
  folder: DataFolder,
  options: ServeOptions,
): Promise<LocalStack> {
  await using opening = new AsyncDisposableStack();
  // Large uploads take time, and a client must not write to a connection that closes because it is idle.
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 0 });
  const endpoint = await listen(server);
  opening.defer(() => closeServer(server));

  const environment = clientEnvironment(endpoint);
  const resources = readResources(assembly, { endpoint, functionSeconds: options.functionSeconds });
  const services = await openServices(resources, { folder, endpoint, environment, options, opening });
  const routes = routeServices(services, { assembly, resources, endpoint, secretsFile: options.secretsFile });
  server.on('request', (request, response) => {
    serveRequest(request, response, routes).catch(() => response.destroy());
  });

  const { objects, mappings, alarms, functions, asynchronous, executions } = services;
  for (const bucket of resources.buckets) objects.createBucket(bucket);
  await createTables(endpoint, resources.tables);
  if (options.eventSourceMappings !== 'disabled') mappings.start();
  opening.defer(() => mappings.stop());
  folder.publishEndpoint(endpoint, options.inputs);

  const running = opening.move();
  return {
    endpoint,
    environment,
    outputs: resources.outputs,
    schedules: resources.schedules,
    logsFolder: folder.logs,
    activeAlarmsSince: (since) => alarms.activeSince(since),
    killFunction: (name) => functions.kill(name),
    callFunction: (name, payload) => functions.invoke(name, payload),
    start: (schedule) => startTarget(schedule, { resources, executions, functions, asynchronous }),
    close: async () => {
      await running.disposeAsync();
      folder.release();
    },
  };
}

interface ServedStack {
  readonly assembly: StackAssembly;
  readonly resources: LocalResources;
  readonly endpoint: string;
  readonly secretsFile: string | undefined;
}

/** Which service answers which request. */
function routeServices(
  { tables, objects, functions, executions, queues, bus, alarms, now, waitScale }: OpenServices,
  { assembly, resources, endpoint, secretsFile }: ServedStack,
): Services {
  const stack = { name: assembly.stackName, created: now(), outputs: resources.outputs };
  return {
    runtimeApi: (request, response) => serveRuntimeApi(request, response, functions),
    stack: (request, response) => serveDescribeStacks(request, response, stack),
    tables: tables.serve,
    objects: objects.serve,
    json: {
      AWSStepFunctions: statesOperations(resources.machines, executions),
      secretsmanager: secretsOperations(secretsFile),
      AmazonSSM: parametersOperations(resources.parameters),
      AmazonSQS: sqsOperations({ queues, endpoint, now, waitScale }),
      AWSEvents: eventsOperations(bus, now),
      GraniteServiceVersion20100801: alarmsOperations(alarms),
    },
  };
}

function startTarget(
  { targetArn, input }: Pick<ScheduleDefinition, 'targetArn' | 'input'>,
  {
    resources,
    executions,
    functions,
    asynchronous,
  }: Pick<OpenServices, 'executions' | 'functions' | 'asynchronous'> & {
    readonly resources: LocalResources;
  },
): Execution | undefined {
  const machine = resources.machines.find(({ arn }) => arn === targetArn);
  if (machine !== undefined) return executions.start(machine, input);
  if (functions.find(targetArn) !== undefined) asynchronous.invoke(targetArn, input);
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
