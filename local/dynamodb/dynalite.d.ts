/** The part of dynalite that is used: the package has no types. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** Creates a server that does not listen yet. The tables are in the folder `path`; without it in memory. */
  function dynalite(options: { readonly path?: string; readonly createTableMs?: number }): Server;
  export = dynalite;
}

/** The checks of a write, which look up each other in this module. */
declare module 'dynalite/db/index.js' {
  type Attributes = Readonly<Record<string, unknown>>;
  type Refusal = { readonly body: Record<string, unknown> } | null | undefined;
  const checks: {
    /** @returns the error of a request whose condition the item does not meet. */
    checkConditional(request: Attributes, item: Attributes | undefined): Refusal;
  };
  export = checks;
}

/** The parameters that an operation takes; others are dropped. */
declare module 'dynalite/validations/*' {
  const operation: { readonly types: Record<string, { readonly type: string }> };
  export = operation;
}
