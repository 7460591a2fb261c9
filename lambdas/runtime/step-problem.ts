import { z } from 'zod';

const causeSchema = z.object({ errorMessage: z.string() });
const stepFaultSchema = z.object({ fault: z.string(), message: z.string() });

/**
 * What a step that failed has told (step-fault.ts). The workflow has the function's error as JSON in JSON; a timeout or a
 * lost function gives plain text, which is then ours: `internal`.
 */
export function problemOf(error: { readonly Error: string; readonly Cause: string }): {
  readonly fault: string;
  readonly message: string;
} {
  const cause = causeSchema.safeParse(parseJson(error.Cause));
  const text = cause.success ? cause.data.errorMessage : error.Cause;
  const fault = stepFaultSchema.safeParse(parseJson(text));
  return fault.success ? fault.data : { fault: 'internal', message: `${error.Error}: ${text}` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not every service speaks JSON here; the text itself is then the message.
    return undefined;
  }
}
