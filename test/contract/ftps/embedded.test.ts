import { startEmbedded } from './embedded-partner.ts';
import { ftpsContract } from './ftps-contract.ts';
import { uploadContract } from './upload-contract.ts';

const nature = { missingDirectory: 'gone', links: 'told' } as const;
const natureOfList = { missingDirectory: 'refused', links: 'told' } as const;

ftpsContract('the embedded server, explicit TLS 1.3, MLSD', (options) => startEmbedded(options), nature);

ftpsContract(
  'the embedded server, implicit TLS 1.2, MLSD, PASV alone',
  (options) =>
    startEmbedded({ ...options, mode: 'implicit', maxVersion: 'TLSv1.2', features: { epsv: false } }),
  nature,
);

ftpsContract(
  'the embedded server, explicit TLS 1.3, LIST in the Unix format',
  (options) => startEmbedded({ ...options, features: { mlsd: false } }),
  natureOfList,
);

ftpsContract(
  'the embedded server, explicit TLS 1.3, LIST in the DOS format',
  (options) => startEmbedded({ ...options, features: { mlsd: false, listStyle: 'dos' } }),
  { ...natureOfList, links: 'not-told' },
);

uploadContract('the embedded server, explicit TLS 1.3, MLSD, uploads', (options) => startEmbedded(options), {
  ...nature,
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
  { ...natureOfList, lastSpaces: 'kept' },
);
