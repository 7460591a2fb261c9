import type { Price, PriceKey, Prices } from './price-list.ts';
import { priceKeys } from './price-list.ts';
import type { Usage } from './usage.ts';

/** A quantity at a unit price. */
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

/** The bill of a usage, in the order of the price list, without lines of zero. */
export function toBill(usage: Usage, prices: Prices): Bill {
  const lines = priceKeys.flatMap((key) => {
    const quantity = usage[key] ?? 0;
    const price = prices[key];
    if (quantity === 0) return [];
    return [{ ...titles[key], quantity, price, usd: (quantity * price.usd) / price.per }];
  });
  return { lines, usd: lines.reduce((sum, { usd }) => sum + usd, 0) };
}

const titles: Readonly<Record<PriceKey, Pick<BillLine, 'service' | 'what'>>> = {
  'stepFunctions.transition': {
    service: 'Step Functions',
    what: 'state transitions, child executions included',
  },
  'lambda.gigabyteSecond': { service: 'Lambda', what: 'duration x memory, arm64' },
  'lambda.request': { service: 'Lambda', what: 'invocations' },
  'dynamodb.write': { service: 'DynamoDB', what: 'on-demand writes' },
  'dynamodb.read': { service: 'DynamoDB', what: 'on-demand reads' },
  'dynamodb.storage': { service: 'DynamoDB', what: 'table storage' },
  'dynamodb.recovery': { service: 'DynamoDB', what: 'point-in-time recovery' },
  's3.write': { service: 'S3', what: 'PUT, POST and LIST requests' },
  's3.read': { service: 'S3', what: 'GET and HEAD requests' },
  's3.storage': { service: 'S3', what: 'storage of objects and run documents' },
  'sqs.standard': { service: 'SQS', what: 'standard queue requests, polling included' },
  'sqs.fifo': { service: 'SQS', what: 'FIFO queue requests, polling included' },
  'eventbridge.event': { service: 'EventBridge', what: 'outbox events' },
  'scheduler.invocation': { service: 'EventBridge', what: 'Scheduler invocations' },
  'logs.ingested': { service: 'CloudWatch', what: 'log ingestion' },
  'logs.storage': { service: 'CloudWatch', what: 'log storage' },
  'cloudwatch.alarm': { service: 'CloudWatch', what: 'alarm metrics' },
  'cloudwatch.metric': { service: 'CloudWatch', what: 'custom metrics' },
  'cloudwatch.dashboard': { service: 'CloudWatch', what: 'dashboard' },
  'xray.trace': { service: 'X-Ray', what: 'traces' },
  'secrets.secret': { service: 'Secrets Manager', what: 'secrets' },
  'secrets.call': { service: 'Secrets Manager', what: 'API calls' },
  'parameters.standard': { service: 'Systems Manager', what: 'standard parameters' },
  'network.out': { service: 'Data transfer', what: 'transfer out to partners' },
  'nat.hour': { service: 'NAT gateway', what: 'hours' },
  'nat.gigabyte': { service: 'NAT gateway', what: 'data processed' },
  'nat.address': { service: 'NAT gateway', what: 'public IPv4 address' },
  'transfer.serverHour': { service: 'Transfer Family', what: 'FTPS server, one endpoint' },
  'transfer.serverGigabyte': { service: 'Transfer Family', what: 'data through the server' },
  'transfer.connectorCall': { service: 'Transfer Family', what: 'connector calls' },
  'transfer.connectorGigabyte': { service: 'Transfer Family', what: 'data through connectors' },
};
