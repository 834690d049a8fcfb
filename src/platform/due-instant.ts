import { startOf, type UtcDay } from './utc-day.js';

const minuteMs = 60_000;

/** Is this the name of a time zone, such as `UTC` or `Europe/Amsterdam`? */
export function isZone(text: unknown): boolean {
  if (typeof text !== 'string') return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

/**
 * The one instant of a UTC day at which clocks of the zone show `hour`:00 (M4). It always lies inside
 * that UTC day, also where the clocks show the date before or after it. The zone's offset is taken at
 * noon UTC, so that a day on which clocks change has exactly one such instant, too; before the change
 * it is an hour off.
 * @param hour 0 to 23
 * @throws RangeError for a name that is no zone
 */
export function dueInstant(day: UtcDay, hour: number, zone: string): Date {
  const noon = new Date(startOf(day).getTime() + 720 * minuteMs);
  const minutes = (((hour * 60 - offsetAt(noon, zone)) % 1440) + 1440) % 1440;
  return new Date(startOf(day).getTime() + minutes * minuteMs);
}

/** Minutes that the zone is ahead of UTC. */
function offsetAt(instant: Date, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(instant);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
  );
  return Math.round((local - instant.getTime()) / minuteMs);
}
