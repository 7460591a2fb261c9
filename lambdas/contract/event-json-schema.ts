import { z } from 'zod';
import { type EventType, eventSchemas, eventSource } from './event.ts';

/**
 * The schema of a whole event as rules and their targets see it, in draft 7. The `detail` may get further keys in later versions:
 * none is refused.
 */
export function eventJsonSchema(type: EventType): Record<string, unknown> {
  const { $schema, ...detail } = z.toJSONSchema(eventSchemas[type], {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema }) => {
      // zod's own spelling out of a format and of the safe integers says nothing to a reader.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return {
    $schema,
    title: `${eventSource} ${type}`,
    type: 'object',
    properties: {
      source: { const: eventSource },
      'detail-type': { const: type },
      time: { type: 'string', format: 'date-time' },
      detail,
    },
    required: ['source', 'detail-type', 'time', 'detail'],
  };
}
