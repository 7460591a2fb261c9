import { expect, it } from 'vitest';
import {
  PartnerFileTooLong,
  partnerParameterValue,
} from '../../../infra/constructs/blocks/partner-parameter.ts';
import { partnerFileSchema } from '../../../lambdas/contract/partner-file/partner-file.ts';
import { partner, pullFlow, stageTemplate } from '../stage.ts';

function connection(tls: unknown): unknown {
  return { host: 'ftps.acme.example', security: 'explicit', secret: 'ftps-sync/acme', tls };
}

it('stores the partner file under the path of the stage', () => {
  const acme = partner('acme');

  stageTemplate({ partners: [acme] }).hasResourceProperties('AWS::SSM::Parameter', {
    Name: '/ftps-sync/test/partners/acme',
    Type: 'String',
    Tier: 'Intelligent-Tiering',
    Value: JSON.stringify(acme),
  });
});

it('round-trips a partner with the text of its CA', () => {
  const acme = partner('acme', { connection: connection({ ca: '-----BEGIN CERTIFICATE-----\nMII=\n' }) });

  expect(partnerFileSchema.parse(JSON.parse(partnerParameterValue(acme)))).toEqual(acme);
});

it('escapes braces that Parameter Store takes for a reference, and still round-trips', () => {
  const flows = [pullFlow('acme/invoices/', { settled: { doneFile: '{{name}}.done' } })];
  const acme = partner('acme', { flows });

  const value = partnerParameterValue(acme);

  expect(value).not.toContain('{{');
  expect(partnerFileSchema.parse(JSON.parse(value))).toEqual(acme);
});

it('rejects a partner file with too much CA text, and says which certificate to keep', () => {
  const acme = partner('acme', { connection: connection({ ca: 'x'.repeat(9000) }) });

  const attempt = () => partnerParameterValue(acme);

  expect(attempt).toThrow(PartnerFileTooLong);
  expect(attempt).toThrow(/acme .*8192 .*connection\.tls\.ca takes 9000 .*keep only/);
});

it('rejects a partner file with too many flows, and says to split it', () => {
  const flows = Array.from({ length: 40 }, (_, index) =>
    pullFlow(`acme/${index}/`, { name: `flow-${index}` }),
  );
  const acme = partner('acme', { flows });

  expect(() => partnerParameterValue(acme)).toThrow(/acme .*8192 .*second partner file/);
});

it('fails the synthesis of a stage with such a partner', () => {
  const acme = partner('acme', { connection: connection({ ca: 'x'.repeat(9000) }) });

  expect(() => stageTemplate({ partners: [acme] })).toThrow(PartnerFileTooLong);
});
