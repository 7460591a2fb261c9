import { localRegion } from '../account/local-account.ts';
import type { FunctionDefinition } from './function-definition.ts';

/**
 * The environment of a function's child: the variables of the template, those that Lambda sets, and the
 * endpoint of the local stack. The operator's environment is not passed on, because a function that depended
 * on it would fail when deployed.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export function functionEnvironment(
  definition: FunctionDefinition,
  settings: { readonly stack: Readonly<Record<string, string>>; readonly runtimeApi: string },
): Record<string, string> {
  return {
    ...definition.environment,
    ...settings.stack,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_DEFAULT_REGION: localRegion,
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${definition.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_LAMBDA_RUNTIME_API: settings.runtimeApi,
    LAMBDA_TASK_ROOT: definition.codeFolder,
    _HANDLER: definition.handler,
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
  };
}
