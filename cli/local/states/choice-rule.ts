import { z } from 'zod';
import { type JsonValue, type ReferencePath, valueAt } from './json-path.ts';
import { inputPath } from './path-fields.ts';
import { StatesError, terminalErrors } from './states-error.ts';

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

/** One rule of a Choice: what must hold, and where it leads. Comparisons other than those named here are refused. */
export const choiceRuleSchema = conditionSchema.refine((rule) => rule.Next !== undefined, 'needs Next');

export type ChoiceRule = z.infer<typeof conditionSchema>;

/**
 * Whether the rule holds for the state's input.
 * @throws StatesError States.Runtime where the variable is missing and the rule does not ask for its presence.
 */
export function ruleHolds(rule: ChoiceRule, input: JsonValue): boolean {
  if (rule.And !== undefined) return rule.And.every((inner) => ruleHolds(inner, input));
  if (rule.Or !== undefined) return rule.Or.some((inner) => ruleHolds(inner, input));
  if (rule.Not !== undefined) return !ruleHolds(rule.Not, input);
  if (rule.Variable === undefined) return false;
  if (rule.IsPresent !== undefined) {
    return (valueAt(input, rule.Variable.steps) !== undefined) === rule.IsPresent;
  }
  const value = present(rule.Variable, input);
  // A comparison with a value of another type does not hold: it is no error.
  return value === (rule.StringEquals ?? rule.BooleanEquals ?? rule.NumericEquals);
}

function present(variable: ReferencePath, input: JsonValue): JsonValue {
  const value = valueAt(input, variable.steps);
  if (value !== undefined) return value;
  throw new StatesError(
    terminalErrors.runtime,
    `Invalid path '${variable.text}': the choice state's condition path references an invalid value.`,
  );
}
