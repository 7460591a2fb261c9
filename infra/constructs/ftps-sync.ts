import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { ParameterTier, StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { partnerParameterName } from '../../lambdas/contract/names.ts';
import type { Flow, PartnerFile } from '../../lambdas/contract/partner-file.ts';
import { FlowSchedule } from './flow-schedule.ts';
import type { FtpsSyncCore } from './ftps-sync-core.ts';
import { partnerParameterValue } from './partner-parameter.ts';
import { stepsWithSecrets } from './pull-grants.ts';

export interface FtpsSyncProps {
  readonly core: FtpsSyncCore;
  /** As `readPartnerFiles` of the contract gives it: checked, defaults filled in, the CA's text in place of its file name. */
  readonly partner: PartnerFile;
}

/**
 * One partner: its file where the functions read it, a schedule for every flow that is started by one, and the right of the
 * functions that log in for its flows to read its secret. The secret itself is the operator's to make, under the name in the partner file; one that is
 * encrypted with a key of the account's own needs a grant on that key too.
 *
 * The functions are shared by all partners, so one that acts for a partner could read the secret of another.
 */
export class FtpsSync extends Construct {
  /** @throws PartnerFileTooLong where the partner file does not fit into a parameter. */
  constructor(scope: Construct, id: string, { core, partner }: FtpsSyncProps) {
    super(scope, id);
    new StringParameter(this, 'PartnerFile', {
      parameterName: partnerParameterName(core.partnersPath, partner.partner),
      description: `ftps-sync ${core.stage}: the partner file of ${partner.partner}`,
      stringValue: partnerParameterValue(partner),
      tier: ParameterTier.INTELLIGENT_TIERING,
    });
    const secret = Secret.fromSecretNameV2(this, 'Secret', partner.connection.secret);
    letLogIn(secret, partner, core);
    for (const flow of partner.flows) {
      const schedule = scheduleOf(flow);
      if (schedule === undefined) continue;
      new FlowSchedule(this, `Schedule-${flow.name}`, { core, partner: partner.partner, flow, schedule });
    }
  }
}

function letLogIn(secret: ISecret, { flows }: PartnerFile, core: FtpsSyncCore): void {
  const directions = new Set(flows.map(({ direction }) => direction));
  if (directions.has('pull')) for (const step of stepsWithSecrets) secret.grantRead(core.functions[step]);
  if (directions.has('push')) secret.grantRead(core.push.functions['push-file']);
  secret.grantRead(core.doctor.function);
}

/** A push flow may have a schedule and not use it: its `trigger` decides. */
function scheduleOf(flow: Flow): Flow['schedule'] {
  return flow.direction === 'pull' || flow.trigger.includes('schedule') ? flow.schedule : undefined;
}
