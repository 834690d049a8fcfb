import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type DayEvent, iCalendar } from './i-calendar.js';
import type { UtcDay } from './utc-day.js';

const event: DayEvent = {
  uid: 'end-1@keyturn.example',
  day: '2026-12-31' as UtcDay,
  summary: 'Ends',
  description: 'One\nTwo',
  url: 'https://keyturn.example/x',
  stamp: new Date('2026-01-02T03:04:05.678Z'),
};

/** The lines of one event, unfolded as section 3.1 says. */
function read(text: string): string[] {
  return text.replaceAll('\r\n ', '').split('\r\n').slice(8, -2);
}

test('is written as RFC 5545 has it', () => {
  expect(iCalendar('Keyturn', [event]).split('\r\n')).toEqual([
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Keyturn//Keyturn//EN',
    'CALSCALE:GREGORIAN',
    'NAME:Keyturn',
    'X-WR-CALNAME:Keyturn',
    'REFRESH-INTERVAL;VALUE=DURATION:PT6H',
    'X-PUBLISHED-TTL:PT6H',
    'BEGIN:VEVENT',
    'UID:end-1@keyturn.example',
    'DTSTAMP:20260102T030405Z',
    'DTSTART;VALUE=DATE:20261231',
    'DTEND;VALUE=DATE:20270101',
    'SUMMARY:Ends',
    'DESCRIPTION:One\\nTwo',
    'URL:https://keyturn.example/x',
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ]);
});

test.each([
  ['a;b,c\\d', 'a\\;b\\,c\\\\d'],
  ['"quoted": as it is', '"quoted": as it is'],
  ['x\r\nEND:VEVENT\r\nBEGIN:VEVENT', 'x\\nEND:VEVENT\\nBEGIN:VEVENT'],
  ['x\rATTACH:y', 'x\\nATTACH:y'],
  ['x\u2028y\u0085z', 'x\\ny\\nz'],
  ['a\u0000b\u001bc\td', 'a b c d'],
  ['\\n', '\\\\n'],
])('the text %j cannot leave its line', (summary, written) => {
  expect(read(iCalendar('Keyturn', [{ ...event, summary }]))[5]).toBe(`SUMMARY:${written}`);
});

test('no line is longer than 75 octets, and no character is torn apart', () => {
  const texts = fc.string({ unit: 'grapheme', maxLength: 300 });
  fc.assert(
    fc.property(texts, (summary) => {
      const text = iCalendar('Keyturn', [{ ...event, summary }]);
      for (const line of text.split('\r\n')) {
        expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
        expect(line).not.toContain('\n');
        expect(Buffer.from(line).toString()).toBe(line);
      }
      const back = read(text)[5]!
        .slice(8)
        .replace(/\\([\\;,n])/g, (_, each: string) => (each === 'n' ? '\n' : each));
      expect(back).toBe(
        summary.replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n').replace(/(?!\n)\p{Cc}/gu, ' '),
      );
    }),
  );
});

test('the address of a page brings no line of its own', () => {
  const [line] = read(iCalendar('K', [{ ...event, url: 'https://k.example/\r\nX:y' }])).filter(
    (each) => each.startsWith('URL'),
  );
  expect(line).toBe('URL:https://k.example/X:y');
});
