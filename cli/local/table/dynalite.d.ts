/** dynalite has no types of its own: what is used of it. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** Makes a server that is not listening yet. With a path the tables are kept there, without one in memory. */
  function dynalite(options: { readonly path?: string; readonly createTableMs?: number }): Server;
  export = dynalite;
}
