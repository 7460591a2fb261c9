import { localRegion } from '../local-account.ts';
import type { FunctionDefinition } from './function-definition.ts';

/**
 * The environment of a function's child: the template's variables, the ones that Lambda sets, and where the local stack
 * answers. Nothing else comes through: a function that leans on the operator's own environment would fail when deployed.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export function functionEnvironment(
  definition: FunctionDefinition,
  places: { readonly stack: Readonly<Record<string, string>>; readonly runtimeApi: string },
): Record<string, string> {
  return {
    ...definition.environment,
    ...places.stack,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_DEFAULT_REGION: localRegion,
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${definition.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_LAMBDA_RUNTIME_API: places.runtimeApi,
    LAMBDA_TASK_ROOT: definition.codeFolder,
    _HANDLER: definition.handler,
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
  };
}
