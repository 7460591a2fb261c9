import {
  type Environment,
  environmentSchema,
  type OperationsEnvironment,
  operationsEnvironmentSchema,
  type PushEnvironment,
  pushEnvironmentSchema,
  type WatchEnvironment,
  watchEnvironmentSchema,
} from '../contract/environment.ts';

/** This file is the one place that reads process.env. @throws where a variable is missing, which infra's types rule out. */
export function readEnvironment(): Environment {
  return environmentSchema.parse(process.env);
}

/** As {@link readEnvironment}, for the functions of the push. */
export function readPushEnvironment(): PushEnvironment {
  return pushEnvironmentSchema.parse(process.env);
}

/** As {@link readEnvironment}, for the functions that operate what the flows do. */
export function readOperationsEnvironment(): OperationsEnvironment {
  return operationsEnvironmentSchema.parse(process.env);
}

/** As {@link readEnvironment}, for the watch. */
export function readWatchEnvironment(): WatchEnvironment {
  return watchEnvironmentSchema.parse(process.env);
}
