import type { IncomingMessage, ServerResponse } from 'node:http';
import { localAccount, localRegion } from '../account/local-account.ts';
import { readBody } from '../endpoint/read-body.ts';

export interface DescribedStack {
  readonly name: string;
  readonly created: Date;
  readonly outputs: Readonly<Record<string, string>>;
}

const maxBodyBytes = 64 * 1024;
const namespace = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';

/**
 * CloudFormation's DescribeStacks, so that a command finds a local stage like a deployed one: by the outputs
 * of its stack. The protocol is AWS query: a form in, XML out
 * (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html).
 */
export async function serveDescribeStacks(
  request: IncomingMessage,
  response: ServerResponse,
  stack: DescribedStack,
): Promise<void> {
  const form = new URLSearchParams((await readBody(request, maxBodyBytes)).toString());
  const action = form.get('Action') ?? '';
  const name = form.get('StackName') ?? stack.name;
  if (action !== 'DescribeStacks') {
    return sendError(response, 'InvalidAction', `The local stack does not serve CloudFormation ${action}.`);
  }
  if (name !== stack.name)
    return sendError(response, 'ValidationError', `Stack with id ${name} does not exist`);
  send(response, 200, descriptionXml(stack));
}

function descriptionXml({ name, created, outputs }: DescribedStack): string {
  const members = Object.entries(outputs)
    .map(([key, value]) => `<member>${element('OutputKey', key)}${element('OutputValue', value)}</member>`)
    .join('');
  const id = `arn:aws:cloudformation:${localRegion}:${localAccount}:stack/${name}/local`;
  const stack = [
    element('StackId', id),
    element('StackName', name),
    element('CreationTime', created.toISOString()),
    element('StackStatus', 'CREATE_COMPLETE'),
    `<Outputs>${members}</Outputs>`,
  ].join('');
  return `<DescribeStacksResponse xmlns="${namespace}"><DescribeStacksResult><Stacks><member>${stack}</member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
}

function sendError(response: ServerResponse, code: string, message: string): void {
  const error = `<Error><Type>Sender</Type>${element('Code', code)}${element('Message', message)}</Error>`;
  send(response, 400, `<ErrorResponse xmlns="${namespace}">${error}</ErrorResponse>`);
}

function send(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { 'content-type': 'text/xml' });
  response.end(xml);
}

function element(name: string, text: string): string {
  return `<${name}>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</${name}>`;
}
