import { SFNClient } from '@aws-sdk/client-sfn';
import { afterEach, expect, test, vi } from 'vitest';
import { parseIdentity } from '../../../../cli/stage/caller-identity.ts';
import { stageOperator } from '../../../../cli/stage/operator.ts';
import { localClient, stubAws } from '../../../support/serve-aws.ts';
import { serveHttp } from '../../../support/serve-http.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const answerOf = (arn: string) =>
  `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>${arn}</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`;

test('The operator of a deployed stage is the one whose credentials are used, whatever $USER says', async () => {
  const seen: { readonly authorization: string | undefined }[] = [];
  const sts = await serveHttp((request, response) => {
    seen.push({ authorization: request.headers.authorization });
    response.end(answerOf('arn:aws:sts::111122223333:assumed-role/Admin/alice'));
  });
  stubAws('AWS_ENDPOINT_URL_STS', sts.url);
  vi.stubEnv('USER', 'root');

  const operator = await stageOperator(new SFNClient(localClient));
  await sts.stop();

  expect(operator).toBe('assumed-role/Admin/alice');
  expect(seen[0]?.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=local\/\d{8}\/eu-south-1\/sts\/aws4_request, .*Signature=[0-9a-f]{64}$/,
  );
});

test('Where STS does not answer, $USER stands with a question mark, and nothing fails', async () => {
  stubAws('AWS_ENDPOINT_URL_STS', 'http://127.0.0.1:1');
  vi.stubEnv('USER', 'ann');

  expect(await stageOperator(new SFNClient(localClient))).toBe('ann?');
});

test.each([
  ['arn:aws:iam::111122223333:user/alice', 'user/alice'],
  ['arn:aws-cn:sts::111122223333:federated-user/bob', 'federated-user/bob'],
  ['arn:aws:iam::111122223333:root', 'root'],
])('%s is shown as %s', (arn, shown) => {
  expect(parseIdentity(answerOf(arn))).toBe(shown);
});

test('An error document has no name', () => {
  expect(
    parseIdentity('<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>'),
  ).toBeUndefined();
});
