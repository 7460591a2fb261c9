import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { eventSchemas, eventTypes } from '../../../../lambdas/contract/events/event.ts';
import { eventJsonSchema } from '../../../../lambdas/contract/events/event-json-schema.ts';

const folder = new URL('../../../../docs/events/', import.meta.url).pathname;
const types = eventTypes;

describe.each(types)('the schema of %s', (type) => {
  it('is up to date in docs', async () => {
    const text = `${JSON.stringify(eventJsonSchema(type), null, 2)}\n`;

    const remedy =
      'docs/events is out of date: npx vitest run test/unit/contract/events/event-json-schema.test.ts --update';
    await expect(text, remedy).toMatchFileSnapshot(`${folder}${type}.json`);
  });

  it('requires the stage', () => {
    const { stage } = eventSchemas[type].shape;

    expect(stage.safeParse('prod').success).toBe(true);
  });
});

it('has no file without an event', async () => {
  const published = await readdir(folder);

  expect(published.toSorted()).toEqual(types.map((type) => `${type}.json`).toSorted());
});
