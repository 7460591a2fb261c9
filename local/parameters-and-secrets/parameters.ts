import { z } from 'zod';
import { localAccount, localRegion } from '../account/local-account.ts';
import type { Operations } from '../endpoint/aws-json.ts';
import { ServiceError } from '../endpoint/service-error.ts';

const oneSchema = z.strictObject({ Name: z.string(), WithDecryption: z.boolean().optional() });
const manySchema = z.strictObject({ Names: z.array(z.string()), WithDecryption: z.boolean().optional() });
const pathSchema = z.strictObject({
  Path: z.string(),
  Recursive: z.boolean().default(false),
  WithDecryption: z.boolean().optional(),
  MaxResults: z.number().int().min(1).max(10).default(10),
  NextToken: z.string().optional(),
});

/** Parameter Store with the parameters of the template, read-only. */
export function parametersOperations(parameters: ReadonlyMap<string, string>): Operations {
  return {
    GetParameter: (request) => {
      const { Name: name } = oneSchema.parse(request);
      const value = parameters.get(name);
      if (value === undefined)
        throw new ServiceError('ParameterNotFound', `Parameter '${name}' does not exist.`);
      return { Parameter: toShape(name, value) };
    },
    GetParameters: (request) => {
      const { Names: names } = manySchema.parse(request);
      const found = [...parameters].filter(([name]) => names.includes(name));
      return {
        Parameters: found.map(([name, value]) => toShape(name, value)),
        InvalidParameters: names.filter((name) => !parameters.has(name)),
      };
    },
    GetParametersByPath: (request) => {
      const {
        Path: path,
        Recursive: recursive,
        MaxResults: size,
        NextToken: token,
      } = pathSchema.parse(request);
      const folder = path.endsWith('/') ? path : `${path}/`;
      const found = [...parameters]
        .filter(([name]) => name.startsWith(folder))
        .filter(([name]) => recursive || !name.slice(folder.length).includes('/'));
      const from = Number(token ?? 0);
      const to = from + size;
      return {
        Parameters: found.slice(from, to).map(([name, value]) => toShape(name, value)),
        NextToken: to < found.length ? String(to) : undefined,
      };
    },
  };
}

function toShape(name: string, value: string) {
  const arn = `arn:aws:ssm:${localRegion}:${localAccount}:parameter${name}`;
  return { Name: name, Type: 'String', Value: value, Version: 1, ARN: arn, DataType: 'text' };
}
