import { z } from 'zod';
import { parseJson } from '../../lambdas/contract/parse-json.ts';
import type { Operations } from '../endpoint/aws-json.ts';
import { ServiceError } from '../endpoint/service-error.ts';
import { type Execution, type Machine, redriveRefusal } from './execution/execution.ts';
import type { HistoryEvent } from './execution/history.ts';
import type { Executions } from './executions.ts';

const arnSchema = z.object({ executionArn: z.string() });
const startSchema = z.strictObject({
  stateMachineArn: z.string(),
  name: z
    .string()
    .regex(/^[\w-]{1,80}$/)
    .optional(),
  input: z.string().default('{}'),
});
const stopSchema = z.strictObject({
  executionArn: z.string(),
  error: z.string().default(''),
  cause: z.string().default(''),
});
const statuses = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const;
const redriveSchema = z.strictObject({ executionArn: z.string(), clientToken: z.string().optional() });
const listSchema = z.strictObject({
  stateMachineArn: z.string().optional(),
  mapRunArn: z.string().optional(),
  statusFilter: z.enum(statuses).optional(),
  maxResults: z.number().int().min(0).max(1000).default(100),
  nextToken: z.string().optional(),
});
const historySchema = z.strictObject({
  executionArn: z.string(),
  maxResults: z.number().int().min(0).max(1000).default(100),
  reverseOrder: z.boolean().default(false),
  nextToken: z.string().optional(),
  includeExecutionData: z.boolean().default(true),
});

/** The operations of Step Functions that the product and its commands use. */
export function statesOperations(machines: readonly Machine[], executions: Executions): Operations {
  const find = (request: unknown) => findExecution(executions, arnSchema.parse(request).executionArn);
  return {
    StartExecution: (request) => startExecution(request, machines, executions),
    DescribeExecution: (request) => toDescription(find(request)),
    StopExecution: async (request) => {
      const { executionArn, error, cause } = stopSchema.parse(request);
      const execution = findExecution(executions, executionArn);
      execution.stop(error, cause);
      await execution.ended;
      return { stopDate: toSummary(execution).stopDate };
    },
    RedriveExecution: (request) => {
      const execution = findExecution(executions, redriveSchema.parse(request).executionArn);
      const { redriveStatus: status, redriveStatusReason = status } = readRedriveStatus(execution);
      if (status !== 'REDRIVABLE') throw new ServiceError('ExecutionNotRedrivable', redriveStatusReason);
      execution.redrive();
      return { redriveDate: execution.redrives.last };
    },
    ListExecutions: (request) => listExecutions(request, machines, executions),
    GetExecutionHistory: (request) => readHistory(request, executions),
  };
}

function startExecution(request: unknown, machines: readonly Machine[], executions: Executions) {
  const { stateMachineArn, name, input } = startSchema.parse(request);
  const machine = findMachine(machines, stateMachineArn);
  if (parseJson(input) === undefined) {
    throw new ServiceError('InvalidExecutionInput', 'Invalid execution input: it is not valid JSON.');
  }
  const execution = executions.start(machine, input, name);
  if (execution === undefined) {
    throw new ServiceError('ExecutionAlreadyExists', `Execution Already Exists: '${name}'`);
  }
  return { executionArn: execution.arn, startDate: execution.started };
}

function listExecutions(request: unknown, machines: readonly Machine[], executions: Executions) {
  const { stateMachineArn, mapRunArn, statusFilter, maxResults, nextToken } = listSchema.parse(request);
  if ((stateMachineArn === undefined) === (mapRunArn === undefined)) {
    throw new ServiceError('ValidationException', 'Specify either stateMachineArn or mapRunArn.');
  }
  const all =
    stateMachineArn === undefined
      ? executions.listByMapRun(mapRunArn ?? '')
      : executions.listByMachine(findMachine(machines, stateMachineArn).arn);
  const matching = all.filter((each) => statusFilter === undefined || each.state().status === statusFilter);
  const { rows, nextToken: next } = takePage(matching, maxResults, nextToken);
  return { executions: rows.map(toSummary), nextToken: next };
}

function readHistory(request: unknown, executions: Executions) {
  const { executionArn, maxResults, reverseOrder, nextToken } = historySchema.parse(request);
  const { events } = findExecution(executions, executionArn).history;
  const ordered = reverseOrder ? events.toReversed() : events;
  const { rows, nextToken: next } = takePage(ordered, maxResults, nextToken);
  return { events: rows.map(toEventShape), nextToken: next };
}

function findMachine(machines: readonly Machine[], arn: string): Machine {
  const machine = machines.find((each) => each.arn === arn);
  if (machine !== undefined) return machine;
  throw new ServiceError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
}

function findExecution(executions: Executions, arn: string): Execution {
  const execution = executions.find(arn);
  if (execution !== undefined) return execution;
  throw new ServiceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
}

function toSummary(execution: Execution) {
  const state = execution.state();
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.machine.arn,
    name: execution.name,
    status: state.status,
    mapRunArn: execution.mapRunArn,
    redriveCount: execution.redrives.count,
    redriveDate: execution.redrives.last,
    startDate: execution.started,
    stopDate: state.status === 'RUNNING' ? undefined : state.stopped,
  };
}

/** A child of a Map can only be redriven with the execution that started the Map. */
function readRedriveStatus(execution: Execution) {
  const redriveStatusReason = redriveRefusal(execution);
  if (redriveStatusReason !== undefined) return { redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason };
  return { redriveStatus: execution.mapRunArn === undefined ? 'REDRIVABLE' : 'REDRIVABLE_BY_MAP_RUN' };
}

function toDescription(execution: Execution) {
  const state = execution.state();
  return {
    ...toSummary(execution),
    ...readRedriveStatus(execution),
    input: execution.input,
    output: state.status === 'SUCCEEDED' ? state.output : undefined,
    ...('error' in state ? { error: state.error, cause: state.cause } : {}),
  };
}

function toEventShape({ details, ...event }: HistoryEvent) {
  return { ...event, ...details };
}

/** A page of rows, and the token of the next page: the index of its first row. */
function takePage<Row>(rows: readonly Row[], maxResults: number, nextToken: string | undefined) {
  const from = Number(nextToken ?? 0);
  const to = from + (maxResults === 0 ? 100 : maxResults);
  return { rows: rows.slice(from, to), nextToken: to < rows.length ? String(to) : undefined };
}
