import type { Config } from './config.ts';

/** What a history begins with, in plain English. */
export function tellConfig({ scenario, server, connection, pull, push, archive }: Config): string {
  const { mlsd, mdtm, size, unique, zone, renamesOver } = server;
  const offered = Object.entries({ MLSD: mlsd, MDTM: mdtm, SIZE: size, unique: mlsd && unique })
    .filter(([, isOffered]) => isOffered)
    .map(([name]) => name);
  const lines = [
    `a ${scenario}; the server offers ${offered.join(', ') || 'nothing'}, in the zone ${zone}${renamesOver ? '' : '; RNTO does not replace'}`,
    `connection: timeZone ${connection.timeZone === 'auto' ? 'auto' : zone}, maxConnections ${connection.maxConnections}`,
  ];
  if (scenario === 'push') {
    const marker = push.doneFile ? ', doneFile' : '';
    lines.push(
      `flow: trigger ${push.trigger.join(' and ')}, overwrite ${push.overwrite}, after ${push.after}${marker}`,
    );
  } else {
    const marker = pull.doneFile ? ', doneFile' : '';
    const { minAgeSeconds, unchangedListings, after } = pull;
    lines.push(
      `flow: minAge ${minAgeSeconds}s, unchangedListings ${unchangedListings}, after ${after}${marker}`,
    );
    if (archive.count > 0)
      lines.push(`${archive.count} other files, ${archive.ageDays} days old, stand there`);
  }
  return lines.join('\n');
}
