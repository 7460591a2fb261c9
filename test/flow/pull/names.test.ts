import { expect, test } from 'vitest';
import { awkwardNames } from '../../contract/ftps/servers/awkward-names.ts';
import { startTestPartner } from '../../support/partner/test-partner.ts';
import { sha256 } from '../../support/sha256.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';

const flowNames = ['hostile', 'bytes', 'long', 'longest', 'twins', 'odd', 'cr'];
const acme = await startTestPartner('acme', {
  flows: Object.fromEntries(flowNames.map((name) => [name, {}])),
});
/** Its names are in Windows-1252, which the partner file has to say. */
const western = await startTestPartner('western', {
  server: { features: { utf8: false } },
  connection: { encoding: 'windows-1252' },
});
const { tree, server } = acme;
const { flow } = await startTestStage([acme, western]);

test('Names that lead out of the directory are refused and reported', async () => {
  tree.put('/hostile/a.csv', { content: 'a' }).put('/secret.csv', { content: 's' });
  const lines = ['..', '../secret.csv', '/secret.csv', '/etc/passwd', 'a/../../b'].map(
    (name) => `type=file;size=1;modify=20261119021500; ${name}`,
  );
  server.fault({ on: 'MLSD', path: '/hostile', do: { kind: 'garbage-lines', lines } });

  const run = await flow('acme', 'hostile').pull();

  expect(run.exitCode).toBe(1);
  expect(run.report).toMatchObject({ transferred: 1, refused: 5 });
  expect(await flow('acme', 'hostile').visible()).toEqual({ 'a.csv': sha256('a') });
  expect(server.transfers.filter(({ path }) => path.includes('secret'))).toEqual([]);
});

test('A name with control characters is refused and reported without them', async () => {
  tree.put('/cr/a.csv', { content: 'a' }).put('/cr/bell\u0007.csv', { content: 'b' });
  tree.put('/cr/escape\u001b[2J.csv', { content: 'e' });

  const run = await flow('acme', 'cr').pull();

  expect(run.exitCode).toBe(1);
  expect(Object.values(run.outcomes).toSorted()).toEqual([
    'refused control-character',
    'refused control-character',
    'transferred',
  ]);
  expect(run.files.filter(({ path }) => /\p{Cc}/u.test(path))).toEqual([]);
});

test('A name that is invalid in the encoding is refused, and the others arrive', async () => {
  tree.put('/bytes/a.csv', { content: 'a' });
  tree.put(Buffer.concat([Buffer.from('/bytes/M'), Buffer.from([0xe4]), Buffer.from('rz.csv')]), {
    content: 'm',
  });

  const run = await flow('acme', 'bytes').pull();

  expect(run.exitCode).toBe(1);
  expect(run.report).toMatchObject({ transferred: 1, refused: 1 });
  expect(await flow('acme', 'bytes').visible()).toEqual({ 'a.csv': sha256('a') });
});

test('A name in the encoding of the partner file arrives decoded', async () => {
  western.tree.put(Buffer.concat([Buffer.from('/files/M'), Buffer.from([0xe4]), Buffer.from('rz.csv')]), {
    content: 'm',
  });

  const run = await flow('western').pull();

  expect(run.exitCode).toBe(0);
  expect(await flow('western').visible()).toEqual({ 'März.csv': sha256('m') });
});

test('A path that is too long for a key is refused, and the other files arrive', async () => {
  const tooLong = `${`${'d'.repeat(249)}/`.repeat(6)}long.csv`;
  tree.put('/long/a.csv', { content: 'a' }).put(`/long/${tooLong}`, { content: 'l' });

  const run = await flow('acme', 'long').pull();

  expect(run.exitCode).toBe(1);
  expect(run.outcomes).toEqual({ 'a.csv': 'transferred', [tooLong]: 'refused key-too-long' });
});

test('A path that fills a key to its last byte arrives', async () => {
  const prefixBytes = 'acme/longest/'.length;
  const path = `${'é'.repeat(100)}/${'x'.repeat(250)}/${'y'.repeat(250)}/${'z'.repeat(1024 - prefixBytes - 201 - 251 - 251)}`;
  tree.put(`/longest/${path}`, { content: 'l' });

  const first = await flow('acme', 'longest').pull();
  const second = await flow('acme', 'longest').pull();

  expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
  expect(second.report).toMatchObject({ transferred: 0, skipped: 1 });
  expect(await flow('acme', 'longest').visible()).toEqual({ [path]: sha256('l') });
});

test('Two names that differ only in Unicode normalization are both refused', async () => {
  tree
    .put('/twins/Zo\u00eb.csv', { content: 'composed' })
    .put('/twins/Zoe\u0308.csv', { content: 'decomposed' });
  tree.put('/twins/a.csv', { content: 'a' });

  const run = await flow('acme', 'twins').pull();

  expect(run.exitCode).toBe(1);
  expect(run.outcomes).toEqual({
    'Zo\u00eb.csv': 'refused unicode-duplicate',
    'Zoe\u0308.csv': 'refused unicode-duplicate',
    'a.csv': 'transferred',
  });
});

test('Difficult names arrive unchanged, each once', async () => {
  for (const name of awkwardNames) tree.put(`/odd/${name}`, { content: `content of ${name}` });
  const expected = Object.fromEntries(awkwardNames.map((name) => [name, sha256(`content of ${name}`)]));

  const first = await flow('acme', 'odd').pull();
  const second = await flow('acme', 'odd').pull();

  expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
  expect(second.report.transferred).toBe(0);
  expect(await flow('acme', 'odd').visible()).toEqual(expected);
});
