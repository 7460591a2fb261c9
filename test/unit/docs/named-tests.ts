import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { projectRoot } from '../../infra/stage.ts';

/** The cells of all rows of the tables of a page, without their heads. */
export function tableRows(page: string): readonly (readonly string[])[] {
  const lines = page.split('\n');
  return lines
    .filter((line, at) => line.startsWith('| ') && !isRule(line) && !isRule(lines[at + 1]))
    .map((line) => line.slice(2, -2).split(' | '));
}

function isRule(line: string | undefined): boolean {
  return line?.startsWith('| ---') === true;
}

/** A link to a test file, and the beginnings of titles in it: of a group, a test, or a row of its table. */
const namedTest = /^\[(?<name>[^\]]+)\]\(\.\.\/(?<path>test\/[^)]+)\): (?<titles>.+)$/;

/** What is wrong with the last cell of a row; undefined if it names a test. */
export function findTestError(cell: string): string | undefined {
  const { name, path = '', titles = '' } = namedTest.exec(cell)?.groups ?? {};
  if (name === undefined) return `no test: ${cell}`;
  if (name !== basename(path)) return `the link to ${path} is called ${name}`;
  if (!existsSync(join(projectRoot, path))) return `${path} does not exist`;
  const text = readFileSync(join(projectRoot, path), 'utf8');
  const absent = titles.split(' · ').filter((title) => !beginsText(title, text));
  return absent.length === 0 ? undefined : `${path} has no test '${absent.join("', '")}'`;
}

/** Whether a string in the source text begins with the title. */
function beginsText(title: string, source: string): boolean {
  return ["'", '"', '`'].some((quote) => source.includes(quote + title));
}
