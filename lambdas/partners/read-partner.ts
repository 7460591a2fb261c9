import {
  GetParameterCommand,
  ParameterNotFound,
  paginateGetParametersByPath,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import type { FlowId, PartnerId } from '../contract/ids.ts';
import { partnerParameterName } from '../contract/names.ts';
import { type Flow, type PartnerFile, partnerFileSchema } from '../contract/partner-file.ts';
import type { PullFlow } from '../contract/pull-flow.ts';
import type { PushFlow } from '../contract/push-flow.ts';
import { PartnerError } from './partner-error.ts';

/** The partner file as it was deployed. @throws PartnerError */
export async function readPartner(client: SSMClient, path: string, partner: PartnerId): Promise<PartnerFile> {
  const Name = partnerParameterName(path, partner);
  return deployedPartner(Name, await parameterText(client, Name, partner));
}

async function parameterText(client: SSMClient, Name: string, partner: PartnerId): Promise<string> {
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name }));
    return Parameter?.Value ?? '';
  } catch (cause) {
    if (!(cause instanceof ParameterNotFound)) throw cause;
    const message = `This stage has no partner '${partner}' (parameter ${Name}). Check the name, or add its partner file and deploy it.`;
    throw new PartnerError('partner-unknown', message, cause);
  }
}

/** Every partner file that is deployed to the stage. */
export async function readAllPartners(client: SSMClient, path: string): Promise<readonly PartnerFile[]> {
  const partners: PartnerFile[] = [];
  for await (const { Parameters = [] } of paginateGetParametersByPath({ client }, { Path: path })) {
    for (const { Name = '', Value = '' } of Parameters) partners.push(deployedPartner(Name, Value));
  }
  return partners;
}

function deployedPartner(name: string, text: string): PartnerFile {
  const read = partnerFileSchema.safeParse(parseJson(text));
  if (read.success) return read.data;
  const message = `The deployed partner file ${name} does not fit this version. Deploy again.`;
  throw new PartnerError('partner-invalid', message, read.error);
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
export function flowOf(partner: PartnerFile, name: FlowId): Flow {
  const flow = partner.flows.find((each) => each.name === name);
  if (flow !== undefined) return flow;
  const names = partner.flows.map((each) => each.name).join(', ');
  throw new PartnerError(
    'flow-unknown',
    `Partner '${partner.partner}' has no flow '${name}'. It has: ${names}.`,
  );
}

/** @throws PartnerError where the flow is a push. */
export function pullFlowOf(partner: PartnerFile, name: FlowId): PullFlow {
  const flow = flowOf(partner, name);
  if (flow.direction === 'pull') return flow;
  throw new PartnerError(
    'flow-unknown',
    `The flow '${name}' of '${partner.partner}' is a push; a pull was asked for.`,
  );
}

/** @throws PartnerError where the flow is a pull. */
export function pushFlowOf(partner: PartnerFile, name: FlowId): PushFlow {
  const flow = flowOf(partner, name);
  if (flow.direction === 'push') return flow;
  throw new PartnerError(
    'flow-unknown',
    `The flow '${name}' of '${partner.partner}' is a pull; a push was asked for.`,
  );
}
