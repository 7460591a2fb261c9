import type { ListingCommand } from '../../session/learned-behaviour.ts';
import { parseDosLine } from './dos.ts';
import { parseIbmILine } from './ibm-i.ts';
import type { LineContext, LineParser, LineReading } from './listed-entry.ts';
import { parseMlsdLine } from './mlsd.ts';
import { parseOs2Line } from './os2.ts';
import { parseSmallFormat } from './small-formats.ts';
import { parseUnixLine } from './unix.ts';
import { parseVmsLine } from './vms.ts';
import { parseZosLine } from './zos.ts';

/** No standard fixes the format of LIST. A line has the first of these formats that understands it. */
const listFormats: readonly LineParser[] = [
  parseUnixLine,
  parseDosLine,
  parseIbmILine,
  parseVmsLine,
  parseOs2Line,
  parseSmallFormat,
  parseZosLine,
];

/**
 * The formats that a line of each listing command can have.
 *
 * To add a format:
 * 1. `NAME.ts`: export `parseNAMELine`, a {@link LineParser}. It must reject lines of other formats
 *    rather than guess: a wrong name or size is worse than a line that is reported as not understood. What a
 *    line alone does not tell goes into its {@link LineReading}, and the directory decides.
 * 2. Here: one line in `listFormats`, or in `listingFormats` if the format belongs to one command alone.
 * 3. `test/unit/ftps/listing/formats/NAME.test.ts`, and real lines in
 *    `test/fixtures/listings/real-lines.jsonl`.
 * 4. A captured listing of a real server as `test/fixtures/listings/SERVER-VERSION-list.txt`, and its name in
 *    `test/unit/ftps/listing/formats/captured-listings.test.ts`.
 */
const listingFormats: Readonly<Record<ListingCommand, readonly LineParser[]>> = {
  MLSD: [parseMlsdLine],
  'LIST -a': listFormats,
  LIST: listFormats,
};

/**
 * How a line of a listing reads by itself, without its line end; undefined where no format of the command
 * understands it.
 */
export function parseListingLine(
  command: ListingCommand,
  line: string,
  context: LineContext,
): LineReading | undefined {
  for (const parse of listingFormats[command]) {
    const reading = parse(line, context);
    if (reading !== undefined) return reading;
  }
  return undefined;
}
