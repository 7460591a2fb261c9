/** What a command prints: its answer to stdout, notes and progress to stderr. */
export interface Output {
  readonly mode: 'text' | 'json';
  /** The answer as text; nothing with --json. */
  text(text: string): void;
  /** The answer as the one JSON document of --json; nothing without it. */
  json(document: unknown): void;
  /** A line on stderr; with --json as `{"note": ...}`. */
  note(text: string): void;
  /** Progress on stderr, written as it is. */
  progress(text: string): void;
  /** False once the reader of stdout has closed the pipe, as `head` does: nobody reads a further answer. */
  isRead(): boolean;
}

export function makeOutput(mode: Output['mode']): Output {
  return {
    mode,
    text: (text) => {
      if (mode === 'text') writeTo('stdout', text);
    },
    json: (document) => {
      if (mode === 'json') writeTo('stdout', `${JSON.stringify(document, undefined, 2)}\n`);
    },
    note: (text) => writeTo('stderr', mode === 'json' ? `${JSON.stringify({ note: text })}\n` : `${text}\n`),
    progress: (text) => writeTo('stderr', text),
    isRead: () => !closed.has('stdout'),
  };
}

type StreamName = 'stdout' | 'stderr';

/** The streams whose reader has closed the pipe. */
const closed = new Set<StreamName>();

function writeTo(name: StreamName, text: string): void {
  if (!closed.has(name)) process[name].write(text);
}

/**
 * A reader that closes the pipe ends no command: a run continues, and what is printed from then on is
 * discarded. Call it once, at the start of the program.
 */
export function toleratePipesThatClose(): void {
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      closed.add(name);
    });
  }
}
