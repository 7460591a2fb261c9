import { realServerContract } from './real-server-contract.ts';

await realServerContract('proftpd', { missingDirectory: 'gone', links: 'as-links', lastSpaces: 'kept' });
