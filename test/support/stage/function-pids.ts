import { readdirSync, readFileSync } from 'node:fs';

/** The processes that run a function of the stack with this endpoint. Read from /proc, so Linux alone can tell. */
export function functionPids(endpoint: string, functionName: string): readonly number[] {
  const own = `AWS_LAMBDA_RUNTIME_API=${endpoint.replace('http://', '')}/`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const variables = environmentOf(pid);
      return (
        variables.some((variable) => variable.startsWith(own)) &&
        variables.includes(`AWS_LAMBDA_FUNCTION_NAME=${functionName}`)
      );
    })
    .map(Number);
}

function environmentOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    // It has ended meanwhile, or is somebody else's.
    return [];
  }
}
