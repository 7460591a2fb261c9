import { GetParameterCommand, ParameterNotFound, type SSMClient } from '@aws-sdk/client-ssm';
import type { FlowId, PartnerId } from '../contract/ids.ts';
import { partnerParameterName } from '../contract/names.ts';
import { type PartnerFile, type PullFlow, partnerFileSchema } from '../contract/partner-file.ts';
import { PartnerError } from './partner-error.ts';

/** The partner file as it was deployed. @throws PartnerError */
export async function readPartner(client: SSMClient, path: string, partner: PartnerId): Promise<PartnerFile> {
  const Name = partnerParameterName(path, partner);
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name }));
    return partnerFileSchema.parse(JSON.parse(Parameter?.Value ?? ''));
  } catch (cause) {
    if (!(cause instanceof ParameterNotFound)) throw cause;
    const message = `No partner '${partner}' is deployed (parameter ${Name}). Add its partner file and deploy.`;
    throw new PartnerError('partner-unknown', message, cause);
  }
}

/** @throws PartnerError */
export function flowOf(partner: PartnerFile, name: FlowId): PullFlow {
  const flow = partner.flows.find((each) => each.name === name);
  if (flow !== undefined) return flow;
  const names = partner.flows.map((each) => each.name).join(', ');
  throw new PartnerError(
    'flow-unknown',
    `Partner '${partner.partner}' has no flow '${name}'. It has: ${names}.`,
  );
}
