/// <reference path="./dynalite.d.ts" />
import checks from 'dynalite/db/index.js';
import deletion from 'dynalite/validations/deleteItem.js';
import put from 'dynalite/validations/putItem.js';
import update from 'dynalite/validations/updateItem.js';

const parameter = 'ReturnValuesOnConditionCheckFailure';
const { checkConditional } = checks;

/**
 * Adds the parameter `ReturnValuesOnConditionCheckFailure` to dynalite, which drops it: a refused write
 * answers with the item that did not meet its condition.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
 */
export function returnRefusedItems(): void {
  for (const { types } of [put, update, deletion]) types[parameter] = { type: 'String' };
  checks.checkConditional = (request, item) => {
    const refusal = checkConditional(request, item);
    if (refusal && item !== undefined && request[parameter] === 'ALL_OLD') refusal.body.Item = item;
    return refusal;
  };
}
