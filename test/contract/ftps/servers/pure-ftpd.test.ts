import { realServerContract } from './real-server-contract.ts';

await realServerContract('pure-ftpd', {
  missingDirectory: 'gone',
  links: 'as-links',
  lastSpaces: 'replaced',
});
