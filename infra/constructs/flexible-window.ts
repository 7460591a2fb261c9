/** A longer window spreads the partners' runs no better, and makes people wait for a file at an agreed hour. */
const longestMinutes = 15;

/**
 * How many minutes later than its time a schedule may fire, so that the runs of many partners do not all start at once: a
 * quarter of the shortest time between two firings, so that they stay apart, and never more than 15 minutes.
 * @param cron EventBridge Scheduler's six fields, checked by the partner file's schema.
 * @returns whole minutes; 0: the schedule fires too often for a window.
 */
export function flexibleWindowMinutes(cron: string): number {
  const minutes = expandMinutes(cron.trim().split(/\s+/)[0] ?? '');
  const gaps = minutes.map((minute, index) => (minutes[index + 1] ?? (minutes[0] ?? 0) + 60) - minute);
  return Math.min(longestMinutes, Math.floor(Math.min(...gaps) / 4));
}

/** The minutes of the hour that a cron's first field names, in order. */
function expandMinutes(field: string): readonly number[] {
  const named = field.split(',').flatMap((part) => {
    const [range = '', step] = part.split('/');
    const [from = '', to] = range === '*' ? ['0', '59'] : range.split('-');
    const last = Number(to ?? (step === undefined ? from : 59));
    const count = Math.floor((last - Number(from)) / Number(step ?? 1)) + 1;
    return Array.from({ length: count }, (_, index) => Number(from) + index * Number(step ?? 1));
  });
  return [...new Set(named)].sort((a, b) => a - b);
}
