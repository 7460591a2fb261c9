import { expect, test } from 'vitest';
import type { FaultAction } from '../../../testing/ftps-server/faults.ts';
import type { ServerFeatures } from '../../../testing/ftps-server/options.ts';
import { useTable } from '../ledger/test-table.ts';
import { findStep, runDoctor, settingsByPath, startPartner } from './doctor-fixture.ts';

const ledger = useTable();

async function diagnose(features: ServerFeatures, faults: Record<string, FaultAction> = {}) {
  const partner = await startPartner({ server: { features } });
  for (const [on, fault] of Object.entries(faults)) partner.server.fault({ on, path: '/files', do: fault });
  const { diagnosis } = await runDoctor(ledger.table, partner);
  return diagnosis;
}

test('MLSD without times is said to have none, and MDTM to tell them', async () => {
  const diagnosis = await diagnose({ factsLeftOut: ['modify'] });

  expect(findStep(diagnosis, 'listing')).toMatchObject({
    level: 'ok',
    found: expect.stringContaining('1 without a time, which MDTM tells'),
    means: expect.stringContaining('Each run asks MDTM'),
  });
  expect(findStep(diagnosis, 'time-zone').found).toBe('MLSD gives no times');
});

test('MLSD without times on a server without MDTM is said not to show a change at the same size', async () => {
  const diagnosis = await diagnose({ factsLeftOut: ['modify'], mdtm: false });

  expect(findStep(diagnosis, 'listing')).toMatchObject({
    level: 'warning',
    found: expect.stringContaining('1 without a time, which MDTM does not tell either'),
    means: 'A change at the same size is not seen.',
  });
});

test('All is not well where neither MLSD nor SIZE tells a size: each file fails', async () => {
  const diagnosis = await diagnose({ factsLeftOut: ['size'], size: false });

  expect(findStep(diagnosis, 'listing')).toMatchObject({
    level: 'error',
    means: expect.stringContaining('Each file without a size fails'),
  });
  expect(findStep(diagnosis, 'size').level).toBe('error');
  expect(findStep(diagnosis, 'rest').found).toBe('the size of no file is known');
});

test('A file without a size in the listing is checked with that of SIZE', async () => {
  const diagnosis = await diagnose({ factsLeftOut: ['size'] });

  expect(findStep(diagnosis, 'listing').found).toContain('1 without a size, which SIZE tells');
  expect(findStep(diagnosis, 'size')).toMatchObject({
    level: 'ok',
    found: 'SIZE answers 200000 bytes, as expected',
  });
  expect(findStep(diagnosis, 'rest').found).toContain('REST verified');
});

test.each<[string, FaultAction, string]>([
  [
    'refused',
    { kind: 'reply', code: 550, text: 'MLSD: operation not supported' },
    'the server answered 550 MLSD: operation not supported',
  ],
  ['other lines', { kind: 'listing-lines', lines: ['what is this'] }, 'its lines are not those of MLSD'],
  ['nothing', { kind: 'empty-listing' }, 'it shows nothing, where LIST shows files'],
])(
  'MLSD that is offered and useless (%s) is named with what it answers, and never asked for',
  async (_, fault, says) => {
    const diagnosis = await diagnose({}, { MLSD: fault });

    const finding = findStep(diagnosis, 'listing');
    expect(finding.found).toBe(
      `LIST -a of /files: 1 files, 0 directories; MLSD is offered, but ${says}; LIST is used`,
    );
    expect(finding.advice).not.toMatch(/server with MLSD|[Aa]sk the partner for MLSD/);
    expect(settingsByPath(diagnosis)['connection.listing']).toBe('list');
  },
);

test.each<[string, FaultAction, string]>([
  ['a reply', { kind: 'reply', code: 550, text: 'No files found.' }, '550 No files found.'],
  [
    'silence',
    { kind: 'unused-data', ends: 'fin' },
    'did not use the data connection, or closed it before TLS',
  ],
])(
  'A directory that is empty by %s is no error, and the text says how it was said',
  async (_, fault, says) => {
    const diagnosis = await diagnose({}, { MLSD: fault, LIST: fault });

    const finding = findStep(diagnosis, 'listing');
    expect(finding.level).not.toBe('error');
    expect(finding.found).toMatch(/ of \/files: 0 files, 0 directories; /);
    expect(finding.found).toContain(says);
  },
);

test('An empty directory that MLSD lists is listed by MLSD', async () => {
  const diagnosis = await diagnose({}, { MLSD: { kind: 'empty-listing' }, LIST: { kind: 'empty-listing' } });

  expect(findStep(diagnosis, 'listing').found).toBe('MLSD of /files: 0 files, 0 directories');
});
