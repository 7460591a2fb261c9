/** Where a command speaks: its answer to stdout, everything on the way there to stderr. */
export interface Output {
  readonly mode: 'text' | 'json';
  /** The answer for people; silent with --json. */
  text(text: string): void;
  /** The one JSON document of --json. */
  json(document: unknown): void;
  /** A line on the way. */
  note(text: string): void;
  /** The living line of progress: text as it is, between the notes. */
  progress(text: string): void;
}

/** Stdout gets text, or one JSON document; notes and progress go to stderr. */
export function makeOutput(mode: Output['mode']): Output {
  return {
    mode,
    text: (text) => {
      if (mode === 'text') process.stdout.write(text);
    },
    json: (document) => {
      if (mode === 'json') process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
    },
    note: (text) =>
      process.stderr.write(mode === 'json' ? `${JSON.stringify({ note: text })}\n` : `${text}\n`),
    progress: (text) => process.stderr.write(text),
  };
}
