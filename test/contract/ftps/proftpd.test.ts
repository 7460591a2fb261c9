import { realServerContract } from './real-server-contract.ts';

await realServerContract('proftpd', { missingDirectory: 'gone', links: 'told', lastSpaces: 'kept' });
