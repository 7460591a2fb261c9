import { realServerContract } from './real-server-contract.ts';

// It has no MLST, so it does not tell whether a directory exists.
await realServerContract('vsftpd', { missingDirectory: 'refused', links: 'as-links', lastSpaces: 'kept' });
