/** Lambda's optimized integration, which takes the function's name from the parameters. */
export const optimizedInvoke = 'arn:aws:states:::lambda:invoke';
const functionArnPattern = /^arn:aws:lambda:[^:]+:\d+:function:[^:]+$/;

/**
 * Whether the interpreter can call the Resource of a Task: a function's ARN, or Lambda's optimized
 * integration.
 */
export function isCallable(resource: string): boolean {
  return resource === optimizedInvoke || functionArnPattern.test(resource);
}
