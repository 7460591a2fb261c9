/**
 * The local stack does not support a part of the synthesized template. It refuses the part instead of
 * ignoring it: a local run that leaves something out proves nothing about the deployed stack.
 */
export class UnsupportedTemplateError extends Error {
  override readonly name = 'UnsupportedTemplateError';

  /**
   * @param where the resource or property, such as `rule 'created'`.
   * @param what what is not supported there.
   */
  constructor(where: string, what: string) {
    super(
      `The local stack does not support the synthesized template: ${where}: ${what}. ` +
        'Change it in infra/, or add it to the local stack (see local/README.md).',
    );
  }
}

/** The synthesized template is wrong: AWS would refuse it at deployment too. */
export class InvalidTemplateError extends Error {
  override readonly name = 'InvalidTemplateError';

  /** The parameters are those of {@link UnsupportedTemplateError}. */
  constructor(where: string, what: string) {
    super(`AWS would refuse the synthesized template: ${where}: ${what}. Change it in infra/.`);
  }
}
