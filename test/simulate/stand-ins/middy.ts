/** In place of `@middy/core` and the logger: a handler without middleware, and a log that nobody reads. */
type Handler = (event: unknown, context: unknown) => unknown;

function middy(handler: Handler): Handler & { use: () => Handler } {
  return Object.assign((event: unknown, context: unknown) => handler(event, context), {
    use: () => handler,
  });
}

// biome-ignore lint/style/noDefaultExport: the package that it stands in for has one.
export default middy;

export class Logger {
  info(): void {}
  warn(): void {}
  error(): void {}
  appendKeys(): void {}
  removeKeys(): void {}
}

export function injectLambdaContext(): undefined {
  return undefined;
}
