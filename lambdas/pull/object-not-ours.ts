/** The object at the key was written by somebody else, and is not ours to replace. */
export class ObjectNotOursError extends Error {
  override readonly name = 'ObjectNotOursError';

  constructor(key: string) {
    super(
      `Another object is at ${key}, which ftps-sync did not write for this file. It was left alone; move it away, or give the flow another prefix.`,
    );
  }
}
