import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePartnerFiles } from '../../../lambdas/contract/partner-file/parse-partner-files.ts';
import { partnerOutline } from '../../../lambdas/contract/partner-file/partner-outline.ts';
import { referencedFiles } from '../../../lambdas/contract/partner-file/referenced-files.ts';
import { YamlFile } from '../../../lambdas/contract/partner-file/yaml-file.ts';
import { projectFolder } from '../../../local/cdk-synth/run-app.ts';
import { mutated, runs } from './mutated.ts';

const example = readFileSync(join(projectFolder, 'infra', 'partners', 'example.yaml'), 'utf8');
const aliases = `a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\n`;
const texts = mutated([
  example,
  `${aliases}partner: example\n`,
  'partner: example\nflows: []\n',
  '{"partner": "x"}',
]);

test('Every text is a partner file, or has errors with a place and a remedy', () => {
  fc.assert(
    fc.property(texts, (content) => {
      const yaml = new YamlFile({ file: 'partners/example.yaml', name: 'example.yaml', content });
      const names = referencedFiles(partnerOutline(yaml.value));
      const referenced = new Map(names.map((name) => [name, undefined]));

      const { partners, errors } = parsePartnerFiles([{ yaml, referenced }]);

      expect(partners.length + errors.length).toBeGreaterThan(0);
      const lines = content.split('\n').length;
      for (const { line, column, message } of errors) {
        expect(line).toBeGreaterThan(0);
        expect(line).toBeLessThanOrEqual(lines);
        expect(column).toBeGreaterThan(0);
        expect(message.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: Math.ceil(runs.numRuns / 4) },
  );
});
