import { expect, test } from 'vitest';
import { useTable } from '../ledger/test-table.ts';
import { type DoctorRun, findStep, runDoctor, startPartner } from './doctor-fixture.ts';

const ledger = useTable();
/** One, because several are counted with a pause. */
const connection = { maxConnections: 1 };
/** The wait for a reply that explains why a data connection broke. */
const dependencies = { timeouts: { explanationMs: 500 } };

test.each([
  ['550', 550, 'No files found'],
  ['450', 450, 'Busy, try later'],
  ['501', 501, 'LIST command invalid with TYPE binary'],
] as const)(
  'A listing that is refused with %s says nothing of TLS session reuse, in any run of the doctor',
  async (_, code, text) => {
    const partner = await startPartner({ connection, server: { requireSessionReuse: false } });
    for (const on of ['MLSD', 'LIST']) partner.server.fault({ on, do: { kind: 'reply', code, text } });

    const first = await runDoctor(ledger.table, partner);
    const second = await runDoctor(ledger.table, partner);

    const reuse = findStep(first.diagnosis, 'session-reuse');
    expect(reuse).toMatchObject({ level: 'warning', found: expect.stringContaining(`${code} ${text}`) });
    expect(reuse.found).toMatch(/^not known/);
    expect(JSON.stringify(reuse)).not.toContain('require_ssl_reuse');
    expect(first.diagnosis.traits).not.toHaveProperty('session-reuse');
    expect(findStep(second.diagnosis, 'session-reuse').found).toBe(reuse.found);
  },
);

test('Finds out by LIST what a server that refuses MLSD requires', async () => {
  const partner = await startPartner({ connection });
  partner.server.fault({ on: 'MLSD', do: { kind: 'reply', code: 550, text: 'Permission denied.' } });

  const { diagnosis } = await runDoctor(ledger.table, partner);

  expect(diagnosis.traits).toMatchObject({ 'session-reuse': 'required, works' });
});

/** The first data connections are those of session reuse, then of a listing, an upload and a download. */
test('A server that breaks some data connections is described in the same words by every run', async () => {
  const broken = { from: 0, opened: 0 };
  const refuseEarlyTls = () => broken.opened++ >= broken.from;
  const server = { requireSessionReuse: false, features: { refuseEarlyTls, epsv: false } };
  const partner = await startPartner({ connection, server });
  const runs: DoctorRun[] = [];
  for (const from of [0, 2, 3, 4]) {
    Object.assign(broken, { from, opened: 0 });
    runs.push(await runDoctor(ledger.table, partner, { dependencies, write: '/files' }));
  }

  const [first, ...others] = runs;
  expect(first?.diagnosis).toMatchObject({
    verdict: 'healthy',
    traits: { 'session-reuse': 'not required, works', passive: 'PASV', rest: 'proved' },
  });
  for (const { diagnosis, changed } of others) {
    expect(words(diagnosis)).toEqual(words(first?.diagnosis));
    expect(changed).toEqual([]);
  }
});

/** Without ports, times and the numbers of seconds. */
function words(diagnosis: DoctorRun['diagnosis'] | undefined): readonly string[] {
  const { findings = [] } = diagnosis ?? {};
  return findings.map(({ step, level, found, means }) =>
    `${step} ${level} ${found}: ${means}`.replaceAll(/\d+/g, 'N'),
  );
}

test('REST is verified with the file of --write where no pull has one', async () => {
  const partner = await startPartner({ connection, flows: { files: { remote: '/empty' } } });
  partner.tree.putDirectory('/empty');

  const { diagnosis } = await runDoctor(ledger.table, partner, { write: '/empty' });

  expect(diagnosis.traits).toMatchObject({ rest: 'proved' });
  expect(findStep(diagnosis, 'rest').level).toBe('ok');
});

test('A transfer that is cut short once is not taken for a server that ignores REST', async () => {
  const partner = await startPartner({ connection });
  const cut = { kind: 'cut-data', afterBytes: 1_000, with: 'close-notify' } as const;
  partner.server.fault({ on: 'RETR', times: 1, do: cut });

  const { diagnosis } = await runDoctor(ledger.table, partner);

  expect(diagnosis.traits).toMatchObject({ rest: 'proved' });
});

test('A directory that cannot be listed for now is not said to fail each run', async () => {
  const partner = await startPartner({ connection });
  for (const on of ['MLSD', 'LIST']) {
    partner.server.fault({ on, do: { kind: 'reply', code: 450, text: 'Busy, try later.' } });
  }

  const { diagnosis } = await runDoctor(ledger.table, partner);

  expect(findStep(diagnosis, 'listing')).toMatchObject({
    level: 'error',
    found: expect.stringContaining('450 Busy, try later.'),
    means: expect.stringContaining('may pass'),
    advice: expect.stringMatching(/^Run the doctor again/),
  });
});
