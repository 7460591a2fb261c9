import { localAccount, localRegion } from '../account/local-account.ts';
import { UnsupportedTemplateError } from '../account/template-errors.ts';
import { isObject, type JsonValue } from '../endpoint/json-value.ts';

/** What Ref and Fn::GetAtt return for a resource; undefined when there is no such resource or attribute. */
export interface References {
  ref(logicalId: string): string | undefined;
  attribute(logicalId: string, attribute: string): string | undefined;
}

const pseudoParameters: Readonly<Record<string, string>> = {
  'AWS::Region': localRegion,
  'AWS::AccountId': localAccount,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** The pseudo parameter that removes its property. */
const noValue = 'AWS::NoValue';

/**
 * Replaces every intrinsic function in a property's value by its result; undefined for AWS::NoValue.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 * @throws UnsupportedTemplateError for an unknown function, resource or attribute.
 */
export function resolveValue(value: JsonValue, references: References): JsonValue | undefined {
  if (Array.isArray(value)) {
    return value.map((each) => resolveValue(each, references)).filter((each) => each !== undefined);
  }
  if (!isObject(value)) return value;
  const [[name, argument] = ['', null], ...others] = Object.entries(value);
  if (others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'))) {
    return callIntrinsic(name, argument, references);
  }
  const fields = Object.entries(value).flatMap(([key, inner]): [string, JsonValue][] => {
    const resolved = resolveValue(inner, references);
    return resolved === undefined ? [] : [[key, resolved]];
  });
  return Object.fromEntries(fields);
}

function callIntrinsic(name: string, argument: JsonValue, references: References): JsonValue | undefined {
  switch (name) {
    case 'Ref':
      return argument === noValue ? undefined : resolveRef(readText(argument, name), references);
    case 'Fn::GetAtt':
      return resolveAttribute(argument, references);
    case 'Fn::Join': {
      const [separator, parts] = readList(resolveValue(argument, references), name);
      return readList(parts, name)
        .map((part) => readText(part, name))
        .join(readText(separator, name));
    }
    case 'Fn::Select': {
      const [index, parts] = readList(resolveValue(argument, references), name);
      return readList(parts, name)[Number(index)];
    }
    case 'Fn::Split': {
      const [separator, text] = readList(resolveValue(argument, references), name);
      return readText(text, name).split(readText(separator, name));
    }
    case 'Fn::Sub':
      return substitute(readText(argument, name), references);
    default:
      throw new UnsupportedTemplateError('intrinsic functions', `function '${name}'`);
  }
}

function resolveRef(logicalId: string, references: References): string {
  const value = pseudoParameters[logicalId] ?? references.ref(logicalId);
  if (value === undefined)
    throw new UnsupportedTemplateError(`Ref to '${logicalId}'`, 'there is no such resource or parameter');
  return value;
}

function resolveAttribute(argument: JsonValue, references: References): string {
  const [logicalId, attribute] =
    typeof argument === 'string' ? argument.split('.') : readList(argument, 'Fn::GetAtt');
  const value = references.attribute(readText(logicalId, 'Fn::GetAtt'), readText(attribute, 'Fn::GetAtt'));
  if (value === undefined) {
    throw new UnsupportedTemplateError('Fn::GetAtt', `attribute '${attribute}' of '${logicalId}'`);
  }
  return value;
}

function substitute(text: string, references: References): string {
  return text.replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal !== '') return `\${${name}}`;
    return name.includes('.') ? resolveAttribute(name, references) : resolveRef(name, references);
  });
}

function readText(value: JsonValue | undefined, where: string): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new UnsupportedTemplateError(where, `${JSON.stringify(value)} is not a string`);
}

function readList(value: JsonValue | undefined, where: string): readonly JsonValue[] {
  if (Array.isArray(value)) return value;
  throw new UnsupportedTemplateError(where, `${JSON.stringify(value)} is not a list`);
}
