/**
 * In place of the clients of AWS that no history uses: partner files, secrets and events come from the
 * setting. They are only named where the product would construct them.
 */
export class EventBridgeClient {}
export class PutEventsCommand {}
export class SSMClient {}
export class GetParameterCommand {}
export class GetParametersByPathCommand {}
export class ParameterNotFound extends Error {}
export class SecretsManagerClient {}
export class GetSecretValueCommand {}
export class InvalidRequestException extends Error {}
export class ResourceNotFoundException extends Error {}

export function paginateGetParametersByPath(): never {
  throw new Error('the model has no parameters');
}
