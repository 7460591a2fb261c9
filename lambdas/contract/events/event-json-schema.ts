import { z } from 'zod';
import { type EventType, eventSchemas, eventSource } from './event.ts';

/**
 * The JSON Schema (draft 7) of a whole event as EventBridge rules and targets receive it. It permits
 * additional keys in `detail`, because later versions may add some.
 */
export function eventJsonSchema(type: EventType): Record<string, unknown> {
  const { $schema, ...detail } = z.toJSONSchema(eventSchemas[type], {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema }) => {
      // zod adds a pattern to each format, and the limits of safe integers, which tell a reader nothing.
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
