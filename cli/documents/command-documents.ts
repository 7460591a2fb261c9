import { z } from 'zod';
import { diagnosisSchema } from '../../lambdas/contract/documents/diagnosis.ts';
import { errorDocumentSchema } from './error-document.ts';
import * as run from './run-documents.ts';
import * as setup from './setup-documents.ts';
import * as stage from './stage-documents.ts';

/**
 * What each command prints with --json when it has an answer, by the command's name. Without an answer it
 * prints {@link errorDocumentSchema}.
 */
export const commandDocuments = {
  demo: setup.demoDocument,
  validate: setup.validateDocument,
  'secret put': setup.secretDocument,
  doctor: diagnosisSchema,
  cost: setup.costDocument,
  'local up': setup.localUpDocument,
  plan: run.planDocument,
  run: run.runDocument,
  approve: run.approveDocument,
  runs: run.runsDocument,
  report: run.reportDocument,
  logs: run.logsDocument,
  status: stage.statusDocument,
  attention: stage.attentionDocument,
  files: stage.filesDocument,
  verify: stage.verifyDocument,
  ls: stage.lsDocument,
  get: stage.getDocument,
  put: stage.putDocument,
  pause: stage.pauseDocument,
  resume: stage.resumeDocument,
  replay: run.replayDocument,
  redrive: stage.redriveDocument,
  forget: stage.forgetDocument,
  adopt: run.adoptDocument,
} as const satisfies Readonly<Record<string, z.ZodType>>;

export type DocumentName = keyof typeof commandDocuments | 'error';

/** `error`, and the name of each command that has a document. */
export const documentNames: readonly DocumentName[] = [
  'error',
  ...z.enum(Object.keys(commandDocuments) as [keyof typeof commandDocuments]).options,
];

/** The schema of `error` or of a command's answer. */
export function documentSchema(name: DocumentName): z.ZodType {
  return name === 'error' ? errorDocumentSchema : commandDocuments[name];
}

/**
 * The published JSON Schema (draft 7) of a document: docs/json. It permits further keys, because later
 * versions may add some.
 */
export function documentJsonSchema(name: DocumentName): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(documentSchema(name), {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // zod adds a pattern to each format, and the limits of safe integers, which tell a reader nothing.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  const title = name === 'error' ? 'ftps-sync COMMAND --json, without an answer' : `ftps-sync ${name} --json`;
  return { $schema, title, ...schema };
}
