import { saysDirectoryIsEmpty } from './empty-directory-texts.ts';

export type ListingCommand = 'MLSD' | 'LIST -a' | 'LIST';

/** How a server answered one listing command for a directory that it has let us enter. */
export interface ListingAnswer {
  readonly command: ListingCommand;
  /** Of the final reply. */
  readonly code: number;
  /** Of the final reply, with its code. */
  readonly text: string;
  /** Lines that name something in the directory. */
  readonly entries: number;
  /** A line for the directory itself or for its parent: `.` of `LIST -a`, `type=cdir` of MLSD. */
  readonly showsItself: boolean;
  /** Lines came that are not understood. */
  readonly hasUnknownLines: boolean;
  /** Something is known to be missing: the data was cut, or the reply says so. */
  readonly isCut: boolean;
  /** Earlier listings have shown that this server answers this command properly. */
  readonly isKnownToWork: boolean;
}

/**
 * `take`: the answer stands as it came, with its errors. `ask-another`: it is no proof of anything, and the
 * next command decides; where there is none, or it is refused as unknown, the answer stands. `ask-in-ascii`:
 * the same command is refused because of TYPE I. `empty`: the reply says that nothing is there. `refuse`: the
 * server refuses to list.
 */
export type ListingStep = 'take' | 'ask-another' | 'ask-in-ascii' | 'empty' | 'refuse';

/**
 * What an answer to a listing command is worth. MLSD that was never seen to work, and `LIST -a`, which some
 * servers take for the name of a file, prove nothing while they show nothing.
 */
export function evaluateListingAnswer(answer: ListingAnswer): ListingStep {
  return answer.code >= 200 && answer.code < 300 ? evaluateLines(answer) : evaluateRefusal(answer);
}

function evaluateLines(answer: ListingAnswer): ListingStep {
  const { command, isKnownToWork } = answer;
  if (answer.isCut || answer.entries > 0 || command === 'LIST') return 'take';
  if (answer.hasUnknownLines) return 'ask-another';
  if (answer.showsItself || (command === 'MLSD' && isKnownToWork)) return 'take';
  return command === 'MLSD' && saysDirectoryIsEmpty(answer.text) ? 'take' : 'ask-another';
}

function evaluateRefusal({ command, code, text, isKnownToWork }: ListingAnswer): ListingStep {
  if (endsSession(code)) return 'refuse';
  if (isAboutType(text)) return 'ask-in-ascii';
  const isAboutFiles = code === 550 || code === 450;
  if (command !== 'LIST -a' && isAboutFiles && saysDirectoryIsEmpty(text)) return 'empty';
  if (isUnknownListing(code)) return command === 'LIST' ? 'ask-in-ascii' : 'ask-another';
  const isOfCommand = code === 503 || code >= 540 || isUnsupported(text);
  if (command === 'LIST -a') return isAboutFiles || isOfCommand ? 'ask-another' : 'refuse';
  return command === 'MLSD' && !isKnownToWork && isOfCommand ? 'ask-another' : 'refuse';
}

/**
 * The server does not know the command, or a parameter of it (RFC 959, 4.2.1): `-a`, a path that it misses,
 * or the type.
 */
export function isUnknownListing(code: number): boolean {
  return code === 500 || code === 501 || code === 502 || code === 504;
}

/** RFC 959, 4.2.2, where 530 after the login means that it has expired. */
function endsSession(code: number): boolean {
  return code === 421 || code === 530;
}

/**
 * RFC 959, 4.1.3 has listings sent as ASCII or EBCDIC, and some gateways insist: `LIST command invalid with
 * TYPE binary`.
 */
function isAboutType(text: string): boolean {
  return /\b(?:ascii|binary|image|ebcdic)\b|\btype\W{0,3}[aei]\b/i.test(text);
}

/** Whether the text of a refusal says that the server does not have the command. */
export function isUnsupported(text: string): boolean {
  return /\b(?:unsupported|unimplemented|unknown command|invalid command|missing (?:parameter|argument)|not (?:\w+ ){0,2}(?:supported|implemented|understood|recogni[sz]ed|available|enabled))/i.test(
    text,
  );
}
