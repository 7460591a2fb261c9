import {
  type Environment,
  environmentSchema,
  type MonitorEnvironment,
  monitorEnvironmentSchema,
  type OperationsEnvironment,
  operationsEnvironmentSchema,
  type PushEnvironment,
  pushEnvironmentSchema,
} from '../contract/environment.ts';

/**
 * The environment of the functions of the pull. Only this file reads process.env.
 * @throws ZodError where a variable is missing; infra's types rule that out.
 */
export function readEnvironment(): Environment {
  return environmentSchema.parse(process.env);
}

/** As {@link readEnvironment}, for the functions of the push. */
export function readPushEnvironment(): PushEnvironment {
  return pushEnvironmentSchema.parse(process.env);
}

/** As {@link readEnvironment}, for the functions that operate on both directions. */
export function readOperationsEnvironment(): OperationsEnvironment {
  return operationsEnvironmentSchema.parse(process.env);
}

/** As {@link readEnvironment}, for the monitor. */
export function readMonitorEnvironment(): MonitorEnvironment {
  return monitorEnvironmentSchema.parse(process.env);
}
