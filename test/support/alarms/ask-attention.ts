import { z } from 'zod';
import { attention } from '../../../cli/commands/inspect/attention.ts';

/** The output of `attention`. */
export interface AttentionAnswer {
  readonly document: z.infer<typeof documentSchema>;
  /** Its output without --json. */
  readonly text: string;
  readonly notes: readonly string[];
}

const documentSchema = z.object({
  total: z.number(),
  items: z.array(z.looseObject({ error: z.string() })),
  alarms: z
    .array(z.object({ since: z.iso.datetime(), name: z.string(), description: z.string() }))
    .optional(),
});

/** Runs the command on the stage that the environment of this process names. */
export async function askAttention(partner?: string): Promise<AttentionAnswer> {
  const documents: unknown[] = [];
  const texts: string[] = [];
  const notes: string[] = [];
  const output = {
    mode: 'json',
    text: (text: string) => void texts.push(text),
    json: (document: unknown) => void documents.push(document),
    note: (text: string) => void notes.push(text),
    progress: () => undefined,
    isRead: () => true,
  } as const;
  const options = { partnersFolder: '', target: 'aws', stageName: 'local', dataFolder: '' } as const;
  const wanted = { partner, flow: undefined, page: { offset: 0, limit: 1000 } };
  await attention(wanted, { ...options, secretsFile: undefined, output });
  return { document: documentSchema.parse(documents[0]), text: texts.join(''), notes };
}
