import type { Mutant } from '../mutant.ts';
import { bigFileMutants } from './big-files.ts';
import { connectionMutants } from './connections.ts';
import { deliveryMutants } from './delivery.ts';
import { ftpsSessionMutants } from './ftps-session.ts';
import { ftpsTransferMutants } from './ftps-transfer.ts';
import { ledgerMutants } from './ledger.ts';
import { listingMutants } from './listing.ts';
import { pathMutants } from './path.ts';
import { planMutants } from './plan.ts';
import { pullStepMutants } from './pull-steps.ts';
import { pushMutants } from './push.ts';
import { queueMutants } from './queues.ts';
import { s3Mutants } from './s3.ts';
import { secretMutants } from './secrets.ts';
import { versionProofMutants } from './version-proofs.ts';

/** Every mutant of the gate. */
export const mutants: readonly Mutant[] = [
  ...bigFileMutants,
  ...connectionMutants,
  ...deliveryMutants,
  ...ftpsSessionMutants,
  ...ftpsTransferMutants,
  ...ledgerMutants,
  ...listingMutants,
  ...pathMutants,
  ...planMutants,
  ...pullStepMutants,
  ...pushMutants,
  ...queueMutants,
  ...s3Mutants,
  ...secretMutants,
  ...versionProofMutants,
];
