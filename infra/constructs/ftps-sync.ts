import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { ParameterTier, StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { partnerParameterName } from '../../lambdas/contract/names.ts';
import { flowSchedule, type PartnerFile } from '../../lambdas/contract/partner-file/partner-file.ts';
import { partnerParameterValue } from './blocks/partner-parameter.ts';
import { FlowSchedule } from './flow-schedule.ts';
import type { FtpsSyncCore } from './ftps-sync-core.ts';
import { stepsWithSecrets } from './pull/pull-grants.ts';

export interface FtpsSyncProps {
  readonly core: FtpsSyncCore;
  /**
   * As `readPartnerFolder` returns it: valid, with its defaults, and with the text of the CA instead of its
   * file name.
   */
  readonly partner: PartnerFile;
}

/**
 * One partner: its partner file as a parameter, the schedules of its flows, and grants to read its secret for
 * the functions that log in to it. The operator creates the secret under the name in the partner file. If the
 * secret uses a customer managed key, grant the functions the use of that key too.
 *
 * All partners share the functions, so a function that works for one partner can read the secret of another.
 */
export class FtpsSync extends Construct {
  /** @throws PartnerFileTooLong when the partner file does not fit into a parameter. */
  constructor(scope: Construct, id: string, { core, partner }: FtpsSyncProps) {
    super(scope, id);
    new StringParameter(this, 'PartnerFile', {
      parameterName: partnerParameterName(core.partnersPath, partner.partner),
      description: `ftps-sync ${core.stage}: the partner file of ${partner.partner}`,
      stringValue: partnerParameterValue(partner),
      tier: ParameterTier.INTELLIGENT_TIERING,
    });
    const secret = Secret.fromSecretNameV2(this, 'Secret', partner.connection.secret);
    grantReadSecret(secret, partner, core);
    for (const flow of partner.flows) {
      const schedule = flowSchedule(flow);
      if (schedule === undefined) continue;
      new FlowSchedule(this, `Schedule-${flow.name}`, { core, partner: partner.partner, flow, schedule });
    }
  }
}

function grantReadSecret(secret: ISecret, { flows }: PartnerFile, core: FtpsSyncCore): void {
  const directions = new Set(flows.map(({ direction }) => direction));
  if (directions.has('pull')) for (const step of stepsWithSecrets) secret.grantRead(core.functions[step]);
  if (directions.has('push')) secret.grantRead(core.push.functions['push-file']);
  secret.grantRead(core.doctor.function);
}
