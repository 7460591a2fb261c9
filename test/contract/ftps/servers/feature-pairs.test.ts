import { allPairs } from '../../../support/all-pairs.ts';
import { serverFeatures } from '../../../support/server-features.ts';
import { startEmbedded } from './embedded-partner.ts';
import { ftpsContract } from './ftps-contract.ts';
import { uploadContract } from './upload-contract.ts';

/** Servers that lack one or two features, in every pair. */
const cases = allPairs({
  ...serverFeatures,
  storeRestart: ['kept', 'refused', 'ignored'],
  hashes: [[], ['HASH']],
  requireSessionReuse: [true, false],
  mode: ['explicit', 'implicit'],
} as const);

for (const each of cases) {
  const { requireSessionReuse, mode, ...features } = each;
  const lacks = [
    ...(features.size ? [] : (['size'] as const)),
    ...(features.mdtm ? [] : (['mdtm'] as const)),
    ...(features.mlsd && features.feat ? [] : (['mlst'] as const)),
    ...(features.storeRestart === 'refused' ? (['append'] as const) : []),
  ];
  // Only MLST tells a missing directory from one that cannot be entered, and FEAT offers it.
  const missingDirectory = features.mlsd && features.feat ? 'gone' : 'refused';
  const behaviour = { missingDirectory, links: 'as-links', lacks, isTrustShown: true } as const;
  const start = (options: Parameters<typeof startEmbedded>[0]) =>
    startEmbedded({ ...options, requireSessionReuse, mode, features });
  const missing = Object.entries(each).filter(([, value]) => value === false || value === 'implicit');
  const name = `A server without ${missing.map(([feature]) => feature).join(', ') || 'any lack'}`;
  ftpsContract(name, start, behaviour);
  uploadContract(`${name}, uploads`, start, { ...behaviour, lastSpaces: 'kept' });
}
