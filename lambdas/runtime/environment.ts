import { type Environment, environmentSchema } from '../contract/environment.ts';

/** The one place that reads process.env. @throws where a variable is missing, which infra's types rule out. */
export function readEnvironment(): Environment {
  return environmentSchema.parse(process.env);
}
