import { type PartnerFile, partnerFileSchema } from '../../../lambdas/contract/partner-file/partner-file.ts';
import type { World } from '../machine/world.ts';
import { type BucketObserver, ModelBucket } from '../model/bucket.ts';
import { type FtpObserver, ModelFtpServer, useServer } from '../model/ftp-server.ts';
import { type LedgerObserver, ModelLedger } from '../model/ledger.ts';
import { ModelPartner } from '../model/partner.ts';
import type { Config } from './config.ts';

export const partnerId = 'acme';
export const pullFlow = 'in';
export const pushFlow = 'out';
export const pullPrefix = 'acme/in/';
export const pushPrefix = 'acme/out/';

export interface Observers {
  readonly ledger: LedgerObserver;
  readonly bucket: BucketObserver;
  readonly ftp: FtpObserver;
}

/** A partner, a bucket, a ledger and the settings, in one world. */
export class Setting {
  readonly world: World;
  readonly config: Config;
  readonly partner: ModelPartner;
  readonly server: ModelFtpServer;
  readonly ledger: ModelLedger;
  readonly inbox: ModelBucket;
  readonly outbox: ModelBucket;
  readonly runs: ModelBucket;
  #file: PartnerFile;
  #maxConnections: number;
  #mostConnections: number;

  constructor(world: World, config: Config, observers: Observers) {
    this.world = world;
    this.config = config;
    this.partner = new ModelPartner(config.server);
    this.server = new ModelFtpServer(this.partner, observers.ftp);
    this.ledger = new ModelLedger(observers.ledger);
    const bucket = (name: string, chunkBytes: number) =>
      new ModelBucket(name, { observe: observers.bucket, chunkBytes });
    this.inbox = bucket('inbox', 1024);
    this.outbox = bucket('outbox', 8);
    this.runs = bucket('runs', 2 ** 20);
    this.#maxConnections = config.connection.maxConnections;
    this.#mostConnections = this.#maxConnections;
    this.#file = partnerFile(config, this.#maxConnections);
    useServer(this.server);
    world.onDeath = (process) => this.server.forget(process);
  }

  get maxConnections(): number {
    return this.#maxConnections;
  }

  /** The largest that was ever set: functions work with the settings that they began with. */
  get mostConnections(): number {
    return this.#mostConnections;
  }

  set maxConnections(value: number) {
    this.#maxConnections = value;
    this.#mostConnections = Math.max(this.#mostConnections, value);
    this.#file = partnerFile(this.config, value);
  }

  get partnerFile(): PartnerFile {
    return this.#file;
  }

  /** What every function of the product is given in place of its clients. */
  dependencies() {
    const credentials = {
      user: 'u',
      password: 'p',
      clientCertificate: undefined,
      clientKey: undefined,
      clientKeyPassphrase: undefined,
    };
    const nothing = async () => undefined;
    return {
      table: { name: 'ledger', client: this.ledger },
      inbox: this.inbox,
      outbox: this.outbox,
      runs: this.runs,
      now: () => new Date(this.world.nowMs),
      readPartner: async () => this.#file,
      readAllPartners: async () => ({ partners: [this.#file], unreadable: [] }),
      readCredentials: async () => ({ credentials, versionId: 'secret-1' }),
      partnerEvents: { circuitOpened: nothing, certificateExpiring: nothing, changed: nothing },
      log: { warn: () => undefined, error: () => undefined, summarize: () => undefined },
    };
  }
}

const parsed = new Map<string, PartnerFile>();

/**
 * A new object each time, because the product remembers by it what it has learned of a server; parsed once
 * for equal settings.
 */
function partnerFile(config: Config, maxConnections: number): PartnerFile {
  const name = JSON.stringify([
    config.connection,
    config.server.zone,
    config.pull,
    config.push,
    maxConnections,
  ]);
  const known = parsed.get(name) ?? parsePartnerFile(config, maxConnections);
  parsed.set(name, known);
  return structuredClone(known);
}

function parsePartnerFile({ connection, server, pull, push }: Config, maxConnections: number): PartnerFile {
  const schedule = { cron: '0 4 * * ? *', timeZone: 'UTC' };
  return partnerFileSchema.parse({
    partner: partnerId,
    connection: {
      host: 'partner.example',
      security: 'explicit',
      secret: 'secret',
      maxConnections,
      timeZone: connection.timeZone === 'auto' ? 'auto' : server.zone,
    },
    flows: [
      {
        name: pullFlow,
        direction: 'pull',
        remote: '/in',
        prefix: pullPrefix,
        exclude: ['old-*'],
        settled: {
          minAge: `${pull.minAgeSeconds}s`,
          unchangedListings: pull.unchangedListings,
          ...(pull.doneFile ? { doneFile: '{name}.done' } : {}),
        },
        after: pull.after === 'move' ? { move: '/archive' } : pull.after,
      },
      {
        name: pushFlow,
        direction: 'push',
        remote: '/out',
        prefix: pushPrefix,
        trigger: push.trigger,
        schedule,
        overwrite: push.overwrite,
        after: push.after,
        ...(push.doneFile ? { doneFile: '{name}.done' } : {}),
      },
    ],
  });
}
