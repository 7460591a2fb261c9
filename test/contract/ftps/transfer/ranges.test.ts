import { it } from 'vitest';
import { availableServers } from '../../../support/real-servers/available-servers.ts';
import { startEmbedded } from '../servers/embedded-partner.ts';
import { rangeContract } from '../servers/range-contract.ts';
import { startReal } from '../servers/real-partner.ts';

rangeContract('the embedded server', (options) => startEmbedded(options));

const { ready, absent } = await availableServers();
for (const program of ready) {
  rangeContract(program.name, (options) => startReal(program, { ...options, security: 'explicit' }));
}
for (const { name, reason } of absent) {
  process.stdout.write(`Skipped: ranges on ${name}: ${reason}.\n`);
  it.skip(`${name} sends ranges where it is present (${reason})`);
}
