/** When a time is shown, and in which IANA zone. Default: now, in the zone of this machine. */
interface Shown {
  readonly now?: Date;
  readonly timeZone?: string;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * A time for a person: `02:15 Rome (in 16 h)`, and with its date where it is not today's. Text that is not a
 * time, such as `-`, stays as it is.
 * @param time ISO-8601.
 */
export function whenText(time: string, { now = new Date(), timeZone = machineZone() }: Shown = {}): string {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return time;
  return `${clockText(at, { now, timeZone })} ${zoneText(timeZone)} (${distanceText(at.getTime() - now.getTime())})`;
}

/** `02:15`, `20 Nov 02:15`, or `20 Nov 2025 02:15`, whichever tells the day. */
function clockText(at: Date, { now, timeZone }: Required<Shown>): string {
  const parts = (date: Date) => {
    const format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
    });
    return Object.fromEntries(format.formatToParts(date).map(({ type, value }) => [type, value]));
  };
  const shown = parts(at);
  const today = parts(now);
  const clock = `${shown.hour}:${shown.minute}`;
  const date = `${shown.day} ${shown.month}`;
  if (shown.year !== today.year) return `${date} ${shown.year} ${clock}`;
  return date === `${today.day} ${today.month}` ? clock : `${date} ${clock}`;
}

/** `Rome` for Europe/Rome, `New York` for America/New_York. */
function zoneText(timeZone: string): string {
  return (timeZone.split('/').at(-1) ?? timeZone).replaceAll('_', ' ');
}

/** `in 16 h`, `5 min ago`, `now`: the largest unit, rounded. */
function distanceText(distanceMs: number): string {
  const size = Math.abs(distanceMs);
  if (size < minute) return 'now';
  const [unitMs, unit] =
    size < 59.5 * minute ? [minute, 'min'] : size < 47.5 * hour ? [hour, 'h'] : [day, 'd'];
  const amount = `${Math.round(size / unitMs)} ${unit}`;
  return distanceMs > 0 ? `in ${amount}` : `${amount} ago`;
}

function machineZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
