/**
 * Checks what no linter here checks (`npm run check:layout`):
 * - a folder of product code holds at most 20 files side by side, so that a newcomer can read its listing;
 * - comments keep to the line width, which the formatter only holds for code;
 * - every relative link and anchor in Markdown leads to something that exists.
 *
 * Prints one line for each violation and exits with 1 if there is any.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join, normalize } from 'node:path';

const maxFilesPerFolder = 20;
const maxColumns = 110;
const productFolders = /^(lambdas|infra|cli|local|testing)\//;

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(file));
const violations = [...crowdedFolders(), ...wideComments(), ...deadLinks()];
for (const violation of violations) process.stdout.write(`${violation}\n`);
process.exitCode = violations.length === 0 ? 0 : 1;

function crowdedFolders() {
  const counts = new Map();
  for (const file of files.filter((each) => productFolders.test(each))) {
    counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > maxFilesPerFolder)
    .map(([folder, count]) => `${folder}: ${count} files side by side, at most ${maxFilesPerFolder}`);
}

function wideComments() {
  return files
    .filter((file) => ['.ts', '.mjs'].includes(extname(file)))
    .flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          line.length > maxColumns && /^\s*(\/\/|\/?\*)/.test(line) && !isOneWord(line)
            ? [`${file}:${index + 1}: a comment of ${line.length} columns, at most ${maxColumns}`]
            : [],
        ),
    );
}

/** A long URL cannot be wrapped. */
function isOneWord(line) {
  return /^\s*(\/\/|\/?\*+)\s*\S+$/.test(line);
}

function deadLinks() {
  return files
    .filter((file) => extname(file) === '.md')
    .flatMap((file) => {
      const text = readFileSync(file, 'utf8').replaceAll(/```[\s\S]*?```/g, '');
      return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
        const error = linkError(file, target);
        return error === undefined ? [] : [`${file}: ${target} ${error}`];
      });
    });
}

function linkError(file, target) {
  if (/^[a-z]+:/.test(target)) return undefined;
  const [path = '', anchor] = target.split('#');
  const place = path === '' ? file : normalize(join(dirname(file), path));
  if (!existsSync(place)) return 'does not exist';
  if (anchor === undefined || statSync(place).isDirectory() || extname(place) !== '.md') return undefined;
  return headingsOf(place).has(anchor) ? undefined : `has no heading '${anchor}'`;
}

/** The anchors that GitHub makes of a page's headings. */
function headingsOf(page) {
  const headings = [...readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
  return new Set(headings);
}
