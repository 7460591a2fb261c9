import { describe, expect, it } from 'vitest';
import {
  evaluateListingAnswer,
  type ListingAnswer,
  type ListingCommand,
  type ListingStep,
} from '../../../../lambdas/core/listing/listing-answer.ts';

const nothing = {
  entries: 0,
  showsItself: false,
  hasUnknownLines: false,
  isCut: false,
  isKnownToWork: false,
};

function step(command: ListingCommand, text: string, seen: Partial<ListingAnswer> = {}): ListingStep {
  return evaluateListingAnswer({ ...nothing, command, code: Number(text.slice(0, 3)), text, ...seen });
}

type Row = readonly [ListingCommand, string, Partial<ListingAnswer>, ListingStep];

describe('a listing that ended', () => {
  it.each<Row>([
    ['MLSD', '226 OK', { entries: 1 }, 'take'],
    ['MLSD', '226 OK', { showsItself: true }, 'take'],
    ['MLSD', '226 OK', {}, 'ask-another'],
    ['MLSD', '226 OK', { isKnownToWork: true }, 'take'],
    ['MLSD', '226 No files found', {}, 'take'],
    ['MLSD', '226 OK', { isCut: true }, 'take'],
    ['MLSD', '226 OK', { hasUnknownLines: true }, 'ask-another'],
    ['MLSD', '226 OK', { hasUnknownLines: true, isKnownToWork: true }, 'ask-another'],
    ['MLSD', '226 OK', { hasUnknownLines: true, entries: 1 }, 'take'],
    ['LIST -a', '226 OK', { entries: 1 }, 'take'],
    ['LIST -a', '226 OK', { showsItself: true }, 'take'],
    ['LIST -a', '226 OK', {}, 'ask-another'],
    ['LIST -a', '226 OK', { isKnownToWork: true }, 'ask-another'],
    ['LIST -a', '226 No files found', {}, 'ask-another'],
    ['LIST -a', '226 OK', { hasUnknownLines: true }, 'ask-another'],
    ['LIST -a', '226 OK', { isCut: true }, 'take'],
    ['LIST', '226 OK', {}, 'take'],
    ['LIST', '226 OK', { hasUnknownLines: true }, 'take'],
  ])('%s with %s and %j: %4$s', (command, text, seen, expected) => {
    expect(step(command, text, seen)).toBe(expected);
  });
});

describe('a listing that was refused', () => {
  it.each<Row>([
    ['MLSD', '550 MLSD: operation not supported', {}, 'ask-another'],
    ['MLSD', '550 Permission denied', {}, 'ask-another'],
    ['MLSD', '550 Permission denied', { isKnownToWork: true }, 'refuse'],
    ['MLSD', '500 Unknown command', { isKnownToWork: true }, 'ask-another'],
    ['MLSD', '501 Missing parameters', {}, 'ask-another'],
    ['MLSD', '502 No', {}, 'ask-another'],
    ['MLSD', '504 No', {}, 'ask-another'],
    ['MLSD', '451 MLSD is not supported here', {}, 'ask-another'],
    ['MLSD', '550 No files found', {}, 'empty'],
    ['MLSD', '450 No files found', {}, 'empty'],
    ['MLSD', '450 Busy', {}, 'refuse'],
    ['MLSD', '425 No data connection', {}, 'refuse'],
    ['MLSD', '522 Reuse the TLS session', {}, 'refuse'],
    ['MLSD', '530 Not logged in', {}, 'refuse'],
    ['MLSD', '534 Protection level', {}, 'refuse'],
    ['LIST -a', '550 -a: No such file or directory', {}, 'ask-another'],
    ['LIST -a', '450 -a: no files found', {}, 'ask-another'],
    ['LIST -a', '550 No files found', {}, 'ask-another'],
    ['LIST -a', '501 Bad parameter', {}, 'ask-another'],
    ['LIST -a', '553 Invalid name', {}, 'ask-another'],
    ['LIST -a', '451 Read error', {}, 'refuse'],
    ['LIST -a', '522 Reuse the TLS session', {}, 'refuse'],
    ['LIST', '550 No files found', {}, 'empty'],
    ['LIST', '550 No data sets found.', {}, 'empty'],
    ['LIST', '550 The system cannot find the file specified.', {}, 'refuse'],
    ['LIST', '550 No such file or directory', {}, 'refuse'],
    ['LIST', '451 No files found', {}, 'refuse'],
    ['LIST', '501 LIST command invalid with TYPE binary', {}, 'ask-in-ascii'],
    ['LIST -a', '451 LIST command invalid with TYPE BINARY', {}, 'ask-in-ascii'],
    ['MLSD', '550 Image mode is not allowed for listings', {}, 'ask-in-ascii'],
    ['LIST', '504 Use TYPE A', {}, 'ask-in-ascii'],
    ['LIST', '501 Invalid', {}, 'ask-in-ascii'],
    ['LIST', '550 Invalid type of file', {}, 'refuse'],
  ])('%s with %s and %j: %4$s', (command, text, seen, expected) => {
    expect(step(command, text, seen)).toBe(expected);
  });
});
