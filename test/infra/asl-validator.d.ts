/** The part of asl-validator that the tests call; it brings no types of its own. */
declare module 'asl-validator' {
  function validate(definition: unknown): {
    readonly isValid: boolean;
    errorsText(separator?: string): string;
  };
  export = validate;
}
