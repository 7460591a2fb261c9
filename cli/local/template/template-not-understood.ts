/**
 * Something in the synthesized template that the local stack does not know. It is an error, never ignored: a local run
 * that leaves out a part would prove nothing about the deployed one.
 */
export class TemplateNotUnderstood extends Error {
  override readonly name = 'TemplateNotUnderstood';

  constructor(what: string) {
    super(`The local stack does not understand the synthesized template: ${what}.`);
  }
}
