import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type { SFNClient } from '@aws-sdk/client-sfn';
import { SignatureV4 } from '@smithy/signature-v4';

/** Longer than STS takes to answer, and short enough for a command that waits for it. */
const timeoutMs = 5_000;

const body = 'Action=GetCallerIdentity&Version=2011-06-15';

/**
 * Who the AWS credentials of the environment belong to, for the audit log: `assumed-role/Admin/alice` of
 * `arn:aws:sts::111122223333:assumed-role/Admin/alice`. A request to STS GetCallerIdentity, which needs no
 * permission.
 * @param client whose region and credentials are used.
 * @returns undefined where STS cannot be asked: no action fails because of a name.
 */
export async function callerIdentity({ config }: Pick<SFNClient, 'config'>): Promise<string | undefined> {
  try {
    const url = new URL(stsEndpoint(await config.region()));
    const signer = new SignatureV4({
      service: 'sts',
      region: await config.region(),
      credentials: await config.credentials(),
      sha256: NodeSha256,
    });
    const headers = { host: url.host, 'content-type': 'application/x-www-form-urlencoded' };
    const request = {
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      path: '/',
      headers,
      body,
    };
    const signed = await signer.sign(request);
    const { host: _, ...sent } = signed.headers;
    const answer = await fetch(url, {
      method: 'POST',
      headers: sent,
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    return parseIdentity(await answer.text());
  } catch {
    return undefined;
  }
}

/** @param answer of GetCallerIdentity, in XML. @returns undefined where it has no ARN. */
export function parseIdentity(answer: string): string | undefined {
  return /<Arn>arn:[^:]+:(?:iam|sts):[^:]*:\d+:([^<]+)<\/Arn>/.exec(answer)?.[1];
}

function stsEndpoint(region: string): string {
  const given = process.env.AWS_ENDPOINT_URL_STS ?? process.env.AWS_ENDPOINT_URL;
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return given ?? `https://sts.${region}.${suffix}/`;
}

/** SHA-256 and HMAC-SHA-256 of Node, in the form that the signer takes. */
class NodeSha256 {
  readonly #secret: string | ArrayBuffer | ArrayBufferView | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret = secret;
    this.#hash = this.#begin();
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#begin();
  }

  #begin(): Hash | Hmac {
    const secret = this.#secret;
    if (secret === undefined) return createHash('sha256');
    return createHmac('sha256', secret instanceof ArrayBuffer ? new Uint8Array(secret) : toKey(secret));
  }
}

function toKey(secret: string | ArrayBufferView): string | NodeJS.ArrayBufferView {
  if (typeof secret === 'string') return secret;
  return new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength);
}
