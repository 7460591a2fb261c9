import type { Price, PriceKey, Prices } from './price-list.ts';
import { priceKeys } from './price-list.ts';
import type { Usage } from './usage.ts';

/** One line of a bill: so many units at such a price. */
export interface BillLine {
  readonly service: string;
  readonly what: string;
  readonly quantity: number;
  readonly price: Price;
  readonly usd: number;
}

export interface Bill {
  readonly lines: readonly BillLine[];
  readonly usd: number;
}

/** What the usage costs, line by line in the order of the price list; what is not used has no line. */
export function billOf(usage: Usage, prices: Prices): Bill {
  const lines = priceKeys.flatMap((key) => {
    const quantity = usage[key] ?? 0;
    const price = prices[key];
    if (quantity === 0) return [];
    return [{ ...titles[key], quantity, price, usd: (quantity * price.usd) / price.per }];
  });
  return { lines, usd: lines.reduce((sum, { usd }) => sum + usd, 0) };
}

const titles: Readonly<Record<PriceKey, Pick<BillLine, 'service' | 'what'>>> = {
  'stepFunctions.transition': { service: 'Step Functions', what: 'state transitions, those of children too' },
  'lambda.gigabyteSecond': { service: 'Lambda', what: 'memory x time, arm64' },
  'lambda.request': { service: 'Lambda', what: 'invocations' },
  'dynamodb.write': { service: 'DynamoDB', what: 'writes on demand' },
  'dynamodb.read': { service: 'DynamoDB', what: 'reads on demand' },
  'dynamodb.storage': { service: 'DynamoDB', what: 'the ledger' },
  'dynamodb.recovery': { service: 'DynamoDB', what: 'its recovery to any second' },
  's3.write': { service: 'S3', what: 'PUT, POST and LIST requests' },
  's3.read': { service: 'S3', what: 'GET and HEAD requests' },
  's3.storage': { service: 'S3', what: 'objects, and documents of runs' },
  'sqs.standard': { service: 'SQS', what: 'requests, polling included' },
  'sqs.fifo': { service: 'SQS', what: 'FIFO requests, polling included' },
  'eventbridge.event': { service: 'EventBridge', what: 'events of the outbox' },
  'scheduler.invocation': { service: 'EventBridge', what: 'starts by Scheduler' },
  'logs.ingested': { service: 'CloudWatch', what: 'logs written' },
  'logs.storage': { service: 'CloudWatch', what: 'logs kept' },
  'cloudwatch.alarm': { service: 'CloudWatch', what: 'alarms, by the metrics they go by' },
  'cloudwatch.metric': { service: 'CloudWatch', what: 'our own metrics' },
  'cloudwatch.dashboard': { service: 'CloudWatch', what: 'dashboard' },
  'xray.trace': { service: 'X-Ray', what: 'traces of executions' },
  'secrets.secret': { service: 'Secrets Manager', what: 'secrets' },
  'secrets.call': { service: 'Secrets Manager', what: 'reads' },
  'parameters.standard': { service: 'Systems Manager', what: 'partner files up to 4 KB' },
  'network.out': { service: 'Data transfer', what: 'out to partners' },
  'nat.hour': { service: 'NAT gateway', what: 'hours' },
  'nat.gigabyte': { service: 'NAT gateway', what: 'through it' },
  'nat.address': { service: 'NAT gateway', what: 'its public IPv4 address' },
  'transfer.serverHour': { service: 'Transfer Family', what: 'FTPS server, one endpoint' },
  'transfer.serverGigabyte': { service: 'Transfer Family', what: 'through the server' },
  'transfer.connectorCall': { service: 'Transfer Family', what: 'connector calls' },
  'transfer.connectorGigabyte': { service: 'Transfer Family', what: 'through connectors' },
};
