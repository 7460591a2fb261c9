import { realServerContract } from './real-server-contract.ts';

// It has no MLST, so that it cannot be asked whether a directory is there.
await realServerContract('vsftpd', { missingDirectory: 'refused', links: 'told', lastSpaces: 'kept' });
