import {
  GetParameterCommand,
  ParameterNotFound,
  paginateGetParametersByPath,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import type { FlowId, PartnerId } from '../contract/ids.ts';
import { partnerParameterName } from '../contract/names.ts';
import { parseJson } from '../contract/parse-json.ts';
import { type Flow, type PartnerFile, partnerFileSchema } from '../contract/partner-file/partner-file.ts';
import type { PullFlow } from '../contract/partner-file/pull-flow.ts';
import type { PushFlow } from '../contract/partner-file/push-flow.ts';
import { PartnerError } from './partner-error.ts';

/** The deployed partner file. @throws PartnerError */
export async function readPartner(client: SSMClient, path: string, partner: PartnerId): Promise<PartnerFile> {
  const Name = partnerParameterName(path, partner);
  return parsePartner(Name, await parameterText(client, Name, partner));
}

async function parameterText(client: SSMClient, Name: string, partner: PartnerId): Promise<string> {
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name }));
    return Parameter?.Value ?? '';
  } catch (cause) {
    if (!(cause instanceof ParameterNotFound)) throw cause;
    const message = `This stage has no partner '${partner}' (parameter ${Name}). Check the name, or add its partner file and deploy.`;
    throw new PartnerError('partner-unknown', message, cause);
  }
}

/** A deployed partner file that this version cannot read. */
export interface UnreadablePartner {
  /** The last part of its parameter's name. */
  readonly partner: string;
  readonly error: PartnerError;
}

/**
 * The partners of a stage. One that is not among `partners` may be unreadable: it was not removed, and its
 * flows and prefixes are not known.
 */
export interface StagePartners {
  readonly partners: readonly PartnerFile[];
  readonly unreadable: readonly UnreadablePartner[];
}

/** All partner files that are deployed to the stage. One that cannot be read stops no other. */
export async function readAllPartners(client: SSMClient, path: string): Promise<StagePartners> {
  const partners: PartnerFile[] = [];
  const unreadable: UnreadablePartner[] = [];
  for await (const { Parameters = [] } of paginateGetParametersByPath({ client }, { Path: path })) {
    for (const { Name = '', Value = '' } of Parameters) {
      try {
        partners.push(parsePartner(Name, Value));
      } catch (error) {
        if (!(error instanceof PartnerError)) throw error;
        unreadable.push({ partner: Name.slice(path.length), error });
      }
    }
  }
  return { partners, unreadable };
}

function parsePartner(name: string, text: string): PartnerFile {
  const read = partnerFileSchema.safeParse(parseJson(text));
  if (read.success) return read.data;
  const message = `This version cannot read the deployed partner file ${name}. Deploy again.`;
  throw new PartnerError('partner-invalid', message, read.error);
}

/** @throws PartnerError */
export function findFlow(partner: PartnerFile, name: FlowId): Flow {
  const flow = partner.flows.find((each) => each.name === name);
  if (flow !== undefined) return flow;
  const names = partner.flows.map((each) => each.name).join(', ');
  throw new PartnerError(
    'flow-unknown',
    `Partner '${partner.partner}' has no flow '${name}'. It has: ${names}.`,
  );
}

/** @throws PartnerError where the flow is a push. */
export function findPullFlow(partner: PartnerFile, name: FlowId): PullFlow {
  const flow = findFlow(partner, name);
  if (flow.direction === 'pull') return flow;
  throw new PartnerError('flow-unknown', `The flow '${name}' of '${partner.partner}' is a push, not a pull.`);
}

/** @throws PartnerError where the flow is a pull. */
export function findPushFlow(partner: PartnerFile, name: FlowId): PushFlow {
  const flow = findFlow(partner, name);
  if (flow.direction === 'push') return flow;
  throw new PartnerError('flow-unknown', `The flow '${name}' of '${partner.partner}' is a pull, not a push.`);
}
