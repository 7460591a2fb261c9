import { localAccount, localRegion } from '../local-account.ts';
import { isObject, type JsonValue } from '../states/json-path.ts';
import { TemplateNotUnderstood } from './template-not-understood.ts';

/** What Ref and Fn::GetAtt give for the template's resources. Undefined where there is no such resource or attribute. */
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

/** The name of the property that the pseudo parameter AWS::NoValue takes away. */
const noValue = 'AWS::NoValue';

/**
 * A property's value with every intrinsic function replaced by what it stands for; undefined for AWS::NoValue.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 * @throws TemplateNotUnderstood for a function or a name that is not known.
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
      return argument === noValue ? undefined : refOf(textOf(argument, name), references);
    case 'Fn::GetAtt':
      return attributeOf(argument, references);
    case 'Fn::Join': {
      const [separator, parts] = listOf(resolveValue(argument, references), name);
      return listOf(parts, name)
        .map((part) => textOf(part, name))
        .join(textOf(separator, name));
    }
    case 'Fn::Select': {
      const [index, parts] = listOf(resolveValue(argument, references), name);
      return listOf(parts, name)[Number(index)];
    }
    case 'Fn::Split': {
      const [separator, text] = listOf(resolveValue(argument, references), name);
      return textOf(text, name).split(textOf(separator, name));
    }
    case 'Fn::Sub':
      return substituted(textOf(argument, name), references);
    default:
      throw new TemplateNotUnderstood(`function '${name}'`);
  }
}

function refOf(logicalId: string, references: References): string {
  const value = pseudoParameters[logicalId] ?? references.ref(logicalId);
  if (value === undefined) throw new TemplateNotUnderstood(`Ref to '${logicalId}'`);
  return value;
}

function attributeOf(argument: JsonValue, references: References): string {
  const [logicalId, attribute] =
    typeof argument === 'string' ? argument.split('.') : listOf(argument, 'Fn::GetAtt');
  const value = references.attribute(textOf(logicalId, 'Fn::GetAtt'), textOf(attribute, 'Fn::GetAtt'));
  if (value === undefined) throw new TemplateNotUnderstood(`attribute '${attribute}' of '${logicalId}'`);
  return value;
}

function substituted(text: string, references: References): string {
  return text.replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal !== '') return `\${${name}}`;
    return name.includes('.') ? attributeOf(name, references) : refOf(name, references);
  });
}

function textOf(value: JsonValue | undefined, where: string): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new TemplateNotUnderstood(`${where} with ${JSON.stringify(value)} where a text belongs`);
}

function listOf(value: JsonValue | undefined, where: string): readonly JsonValue[] {
  if (Array.isArray(value)) return value;
  throw new TemplateNotUnderstood(`${where} with ${JSON.stringify(value)} where a list belongs`);
}
