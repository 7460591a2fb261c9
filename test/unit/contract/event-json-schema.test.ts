import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { eventSchemas, eventTypes } from '../../../lambdas/contract/event.ts';
import { eventJsonSchema } from '../../../lambdas/contract/event-json-schema.ts';

const folder = new URL('../../../docs/events/', import.meta.url).pathname;
const types = eventTypes;

describe.each(types)('the schema of %s', (type) => {
  it('is in docs as it is generated', async () => {
    const text = `${JSON.stringify(eventJsonSchema(type), null, 2)}\n`;

    const remedy =
      'docs/events is out of date: npx vitest run test/unit/contract/event-json-schema.test.ts --update';
    await expect(text, remedy).toMatchFileSnapshot(`${folder}${type}.json`);
  });

  it('says of which stage the event is', () => {
    const { stage } = eventSchemas[type].shape;

    expect(stage.safeParse('prod').success).toBe(true);
  });
});

it('publishes the schema of no event that is not sent', async () => {
  const published = await readdir(folder);

  expect(published.toSorted()).toEqual(types.map((type) => `${type}.json`).toSorted());
});
