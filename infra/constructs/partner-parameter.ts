import type { PartnerFile } from '../../lambdas/contract/partner-file.ts';

/** The most that the parameter store takes, in its advanced tier. */
const maxValueBytes = 8192;

/** A partner file that the parameter store would refuse, with what to do about it in the message. */
export class PartnerFileTooLong extends Error {
  override readonly name = 'PartnerFileTooLong';
}

/**
 * The partner file as the functions read it from the parameter store: JSON, with every default filled in.
 * @throws PartnerFileTooLong where it is longer than a parameter may be.
 */
export function partnerParameterValue(partner: PartnerFile): string {
  // The parameter store refuses '{{' as a reference to another parameter. JSON itself never has two in a row, a text may.
  const text = JSON.stringify(partner).replaceAll('{{', '{\\u007b');
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxValueBytes) return text;
  const caBytes = Buffer.byteLength(partner.connection.tls.ca ?? '');
  const remedy =
    caBytes > maxValueBytes / 2
      ? `connection.tls.ca takes ${caBytes} of them: keep only the certificate of the authority that the server's chain ends in`
      : 'give some of its flows to a second partner file with the same connection';
  throw new PartnerFileTooLong(
    `The partner file of ${partner.partner} is ${bytes} bytes long with its defaults, and ${maxValueBytes} fit into a parameter; ${remedy}.`,
  );
}
