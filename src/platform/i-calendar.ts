import { addDays, type UtcDay } from './utc-day.js';

/** Something that is true for a whole day. */
export interface DayEvent {
  /** The same at every fetch, so that a calendar changes the entry and adds no other. */
  uid: string;
  day: UtcDay;
  summary: string;
  description: string;
  url?: string;
  /** When what it says was last made anew. */
  stamp: Date;
}

/** How often a calendar program shall ask. */
const refresh = 'PT6H';

/** A calendar of all-day events as iCalendar text (RFC 5545), in the order given. */
export function iCalendar(name: string, events: readonly DayEvent[]): string {
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Keyturn//Keyturn//EN',
    'CALSCALE:GREGORIAN',
    `NAME:${escaped(name)}`,
    `X-WR-CALNAME:${escaped(name)}`,
    `REFRESH-INTERVAL;VALUE=DURATION:${refresh}`,
    `X-PUBLISHED-TTL:${refresh}`,
    ...events.flatMap(linesOf),
    'END:VCALENDAR',
  ]
    .map((line) => `${folded(line)}\r\n`)
    .join('');
}

function linesOf({ uid, day, summary, description, url, stamp }: DayEvent): string[] {
  return [
    'BEGIN:VEVENT',
    `UID:${escaped(uid)}`,
    `DTSTAMP:${stamp.toISOString().replace(/[-:]|\.\d+/g, '')}`,
    `DTSTART;VALUE=DATE:${dateOf(day)}`,
    // The end does not belong to it (section 3.6.1).
    `DTEND;VALUE=DATE:${dateOf(addDays(day, 1))}`,
    `SUMMARY:${escaped(summary)}`,
    `DESCRIPTION:${escaped(description)}`,
    ...(url ? [`URL:${url.replace(/[\p{Cc}\s]/gu, '')}`] : []),
    // Nobody is busy because of it.
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
  ];
}

function dateOf(day: UtcDay): string {
  return day.replaceAll('-', '');
}

/** Section 3.3.11: a line break becomes `\n`; no other control character may stand in a text. */
function escaped(text: string): string {
  return text
    .replace(/[\\;,]/g, '\\$&')
    .replace(/\r\n|[\r\n\u0085\u2028\u2029]/g, '\\n')
    .replace(/\p{Cc}/gu, ' ');
}

/** Section 3.1: at most 75 octets in a line, no character torn apart. */
function folded(line: string): string {
  const lines = [''];
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > 75) {
      lines.push(' ');
      octets = 1;
    }
    lines[lines.length - 1] += character;
    octets += size;
  }
  return lines.join('\r\n');
}
