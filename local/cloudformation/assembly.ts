import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UnsupportedTemplateError } from '../account/template-errors.ts';

/** The parts of a synthesized stack (in a CDK cloud assembly) that the local stack uses. */
export interface StackAssembly {
  readonly stackName: string;
  readonly template: Template;
  /** The folder of each file asset, by the object key that the template uses for it. */
  readonly assetFolders: ReadonlyMap<string, string>;
}

const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Properties: z.record(z.string(), z.json()).default({}),
      Condition: z.string().optional(),
    }),
  ),
  Outputs: z.record(z.string(), z.object({ Value: z.json() })).default({}),
  Parameters: z.record(z.string(), z.object({ Default: z.json().optional() })).default({}),
});
export type Template = z.infer<typeof templateSchema>;

const manifestSchema = z.object({
  artifacts: z.record(
    z.string(),
    z.object({ type: z.string(), properties: z.record(z.string(), z.json()).default({}) }),
  ),
});
const stackPropertiesSchema = z.object({ templateFile: z.string(), stackName: z.string().optional() });
const assetPropertiesSchema = z.object({ file: z.string() });
const assetsSchema = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.object({ path: z.string().optional() }),
      destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
    }),
  ),
});

/**
 * Reads the stack from the output folder of the CDK app.
 * @throws UnsupportedTemplateError when the folder has no such stack.
 */
export function readAssembly(folder: string, stackName: string): StackAssembly {
  const manifest = manifestSchema.parse(readJson(folder, 'manifest.json'));
  const artifacts = Object.entries(manifest.artifacts);
  const stack = artifacts
    .filter(([, { type }]) => type === 'aws:cloudformation:stack')
    .map(([name, { properties }]) => ({ name, ...stackPropertiesSchema.parse(properties) }))
    .find((each) => (each.stackName ?? each.name) === stackName);
  if (stack === undefined) {
    throw new UnsupportedTemplateError(`stack '${stackName}'`, 'the app in infra/ does not define it');
  }
  const assetFolders = artifacts
    .filter(([, { type }]) => type === 'cdk:asset-manifest')
    .flatMap(([, { properties }]) => readAssets(folder, assetPropertiesSchema.parse(properties).file));
  const template = parseTemplate(readJson(folder, stack.templateFile));
  return { stackName, template, assetFolders: new Map(assetFolders) };
}

/** @throws ZodError when the JSON is not a CloudFormation template. */
export function parseTemplate(json: unknown): Template {
  return templateSchema.parse(json);
}

function readAssets(folder: string, manifestFile: string): [string, string][] {
  const { files } = assetsSchema.parse(readJson(folder, manifestFile));
  return Object.values(files).flatMap(({ source, destinations }) =>
    Object.values(destinations).map(({ objectKey }): [string, string] => [
      objectKey,
      join(folder, source.path ?? ''),
    ]),
  );
}

function readJson(folder: string, file: string): unknown {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}
