import type { PartnerFile } from '../../../lambdas/contract/partner-file/partner-file.ts';

/** The maximum of an advanced parameter in Parameter Store. */
const maxValueBytes = 8192;

/** A partner file that does not fit into a parameter. The message says how to shorten it. */
export class PartnerFileTooLong extends Error {
  override readonly name = 'PartnerFileTooLong';
}

/**
 * The partner file as the functions read it from Parameter Store: JSON, with every default filled in.
 * @throws PartnerFileTooLong when it is larger than 8192 bytes: shorten `connection.tls.ca` or split the
 * file.
 */
export function partnerParameterValue(partner: PartnerFile): string {
  // Parameter Store rejects '{{', its syntax for a reference. JSON has none, but a string in it can.
  const text = JSON.stringify(partner).replaceAll('{{', '{\\u007b');
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxValueBytes) return text;
  const caBytes = Buffer.byteLength(partner.connection.tls.ca ?? '');
  const remedy =
    caBytes > maxValueBytes / 2
      ? `connection.tls.ca takes ${caBytes} of them: keep only the root certificate that the server's chain ends in`
      : 'move some of its flows to a second partner file with the same connection';
  throw new PartnerFileTooLong(
    `The partner file of ${partner.partner} has ${bytes} bytes with its defaults, and a parameter holds at most ${maxValueBytes} bytes; ${remedy}.`,
  );
}
