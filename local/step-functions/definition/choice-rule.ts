import { z } from 'zod';
import type { JsonValue } from '../../endpoint/json-value.ts';
import { type ReferencePath, valueAt } from '../data/json-path.ts';
import { StatesError, terminalErrors } from '../data/states-error.ts';
import { inputPath } from './state-fields.ts';

const comparisons = {
  StringEquals: z.string(),
  BooleanEquals: z.boolean(),
  NumericEquals: z.number(),
  IsPresent: z.boolean(),
} as const;
const comparisonNames = ['StringEquals', 'BooleanEquals', 'NumericEquals', 'IsPresent'] as const;

const conditionSchema = z
  .strictObject({
    Comment: z.string().optional(),
    Variable: inputPath.optional(),
    StringEquals: comparisons.StringEquals.optional(),
    BooleanEquals: comparisons.BooleanEquals.optional(),
    NumericEquals: comparisons.NumericEquals.optional(),
    IsPresent: comparisons.IsPresent.optional(),
    Next: z.string().optional(),
    get And() {
      return z.array(conditionSchema).min(1).optional();
    },
    get Or() {
      return z.array(conditionSchema).min(1).optional();
    },
    get Not() {
      return conditionSchema.optional();
    },
  })
  .superRefine((condition, context) => {
    const compared = comparisonNames.filter((name) => condition[name] !== undefined).length;
    const joined = [condition.And, condition.Or, condition.Not].filter((each) => each !== undefined).length;
    if (compared + joined !== 1 || (condition.Variable === undefined) !== (compared === 0)) {
      context.addIssue({
        code: 'custom',
        message: 'needs Variable with one comparison, or one of And, Or, Not',
      });
    }
    const inner = [...(condition.And ?? []), ...(condition.Or ?? []), condition.Not];
    if (inner.some((each) => each?.Next !== undefined)) {
      context.addIssue({ code: 'custom', message: 'Next belongs to the outermost rule' });
    }
  });

/** One rule of a Choice: its test and the next state. Comparisons other than those above are refused. */
export const choiceRuleSchema = conditionSchema.refine((rule) => rule.Next !== undefined, 'needs Next');

export type ChoiceRule = z.infer<typeof conditionSchema>;

/**
 * Whether the rule matches the state's input.
 * @throws StatesError States.Runtime when the variable is missing and the rule is not IsPresent.
 */
export function matchesRule(rule: ChoiceRule, input: JsonValue): boolean {
  if (rule.And !== undefined) return rule.And.every((inner) => matchesRule(inner, input));
  if (rule.Or !== undefined) return rule.Or.some((inner) => matchesRule(inner, input));
  if (rule.Not !== undefined) return !matchesRule(rule.Not, input);
  if (rule.Variable === undefined) return false;
  if (rule.IsPresent !== undefined) {
    return (valueAt(input, rule.Variable.steps) !== undefined) === rule.IsPresent;
  }
  const value = readVariable(rule.Variable, input);
  // A value of another type does not match, which is not an error.
  return value === (rule.StringEquals ?? rule.BooleanEquals ?? rule.NumericEquals);
}

function readVariable(variable: ReferencePath, input: JsonValue): JsonValue {
  const value = valueAt(input, variable.steps);
  if (value !== undefined) return value;
  throw new StatesError(
    terminalErrors.runtime,
    `Invalid path '${variable.text}': the choice state's condition path references an invalid value.`,
  );
}
