import {
  type Environment,
  environmentSchema,
  type PushEnvironment,
  pushEnvironmentSchema,
} from '../contract/environment.ts';

/** This file is the one place that reads process.env. @throws where a variable is missing, which infra's types rule out. */
export function readEnvironment(): Environment {
  return environmentSchema.parse(process.env);
}

/** As {@link readEnvironment}, for the functions of the push. */
export function readPushEnvironment(): PushEnvironment {
  return pushEnvironmentSchema.parse(process.env);
}
