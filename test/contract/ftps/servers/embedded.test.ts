import { startEmbedded } from './embedded-partner.ts';
import { ftpsContract } from './ftps-contract.ts';
import { uploadContract } from './upload-contract.ts';

const behaviour = { missingDirectory: 'gone', links: 'as-links' } as const;
const listBehaviour = { missingDirectory: 'refused', links: 'as-links' } as const;

ftpsContract('the embedded server, explicit TLS 1.3, MLSD', (options) => startEmbedded(options), behaviour);

ftpsContract(
  'the embedded server, implicit TLS 1.2, MLSD, PASV alone',
  (options) =>
    startEmbedded({ ...options, mode: 'implicit', maxVersion: 'TLSv1.2', features: { epsv: false } }),
  behaviour,
);

ftpsContract(
  'the embedded server, explicit TLS 1.3, LIST in the Unix format',
  (options) => startEmbedded({ ...options, features: { mlsd: false } }),
  listBehaviour,
);

ftpsContract(
  'the embedded server, explicit TLS 1.3, LIST in the DOS format',
  (options) => startEmbedded({ ...options, features: { mlsd: false, listStyle: 'dos' } }),
  { ...listBehaviour, links: 'as-directories' },
);

uploadContract('the embedded server, explicit TLS 1.3, MLSD, uploads', (options) => startEmbedded(options), {
  ...behaviour,
  lastSpaces: 'kept',
});

uploadContract(
  'the embedded server, implicit TLS 1.2, PASV alone, LIST alone, uploads',
  (options) =>
    startEmbedded({
      ...options,
      mode: 'implicit',
      maxVersion: 'TLSv1.2',
      features: { epsv: false, mlsd: false },
    }),
  { ...listBehaviour, lastSpaces: 'kept' },
);
