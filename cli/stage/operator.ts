import { userInfo } from 'node:os';
import type { SFNClient } from '@aws-sdk/client-sfn';
import { callerIdentity } from './caller-identity.ts';

/** The name under which the audit log has what is done on a local stage. */
export function localOperator(): string {
  return process.env.USER ?? userInfo().username;
}

/**
 * The same on a deployed stage: to whom the AWS credentials belong, because $USER is whatever a person sets.
 * Where STS does not say, $USER with a question mark.
 */
export async function stageOperator(client: Pick<SFNClient, 'config'>): Promise<string> {
  return (await callerIdentity(client)) ?? `${localOperator()}?`;
}
