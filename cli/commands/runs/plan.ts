import type { CommandDefinition } from '../../args/command-definition.ts';
import { commonOptions } from '../../args/common-options.ts';
import { pageOptions } from '../../args/files-page.ts';
import { runFlow } from './run.ts';

export const command: CommandDefinition = {
  usage: 'plan <partner> <flow>',
  summary: 'show what a run would transfer, without changing anything',
  description: 'Dry run: show what a run would transfer, what it would not, and why. Changes nothing.',
  options: [...pageOptions('files'), ...commonOptions],
  action: (invocation) =>
    runFlow(
      {
        input: { ...invocation.flowName(), mode: 'plan', acceptListing: false },
        page: invocation.page(),
        reason: '',
      },
      invocation.commonOptions(),
    ),
};
