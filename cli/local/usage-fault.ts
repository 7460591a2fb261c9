/** Something that the person at the command line can put right: a wrong folder, file or partner file. */
export class LocalUsageFault extends Error {
  override readonly name = 'LocalUsageFault';
}
