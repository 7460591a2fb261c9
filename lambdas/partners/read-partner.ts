import { GetParameterCommand, ParameterNotFound, type SSMClient } from '@aws-sdk/client-ssm';
import type { FlowId, PartnerId } from '../contract/ids.ts';
import { partnerParameterName } from '../contract/names.ts';
import { type PartnerFile, type PullFlow, partnerFileSchema } from '../contract/partner-file.ts';
import { PartnerError } from './partner-error.ts';

/** The partner file as it was deployed. @throws PartnerError */
export async function readPartner(client: SSMClient, path: string, partner: PartnerId): Promise<PartnerFile> {
  const Name = partnerParameterName(path, partner);
  const read = partnerFileSchema.safeParse(parseJson(await parameterText(client, Name, partner)));
  if (read.success) return read.data;
  const message = `The deployed partner file of '${partner}' (parameter ${Name}) does not fit this version. Deploy again.`;
  throw new PartnerError('partner-invalid', message, read.error);
}

async function parameterText(client: SSMClient, Name: string, partner: PartnerId): Promise<string> {
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name }));
    return Parameter?.Value ?? '';
  } catch (cause) {
    if (!(cause instanceof ParameterNotFound)) throw cause;
    const message = `No partner '${partner}' is deployed (parameter ${Name}). Add its partner file and deploy.`;
    throw new PartnerError('partner-unknown', message, cause);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON fits the schema as little as JSON of another shape.
    return undefined;
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
