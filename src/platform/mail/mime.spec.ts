import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { headerAddress, headerText, mimeMessage, quotedPrintable } from './mime.js';
import { oneLine } from './one-line.js';

const subject = (text: string) =>
  mimeMessage([['Subject', headerText(text)]], 'text', '<p>html</p>');

describe('a message on the wire', () => {
  test.each([
    'Seven days left',
    'Zeven dagen: “Züge” of Straße',
    'é'.repeat(300),
    '👩‍🔬'.repeat(40),
    '=?UTF-8?B?aGk=?=',
    '"quoted" \\ and, a; list: <x@y>',
    ' ',
    'a'.repeat(2_000),
  ])('has the subject %j', async (text) => {
    const mail = await PostalMime.parse(subject(text));
    expect(mail.subject?.trim()).toBe(text.trim());
    expect(mail.text).toBe('text\n');
  });

  test.each(['a\r\nBcc: eve@example.org', 'a\nb', 'a\u0000b', 'a\u2028b'])(
    'never has two headers in one: %j',
    async (text) => {
      const mail = await PostalMime.parse(subject(text));
      expect(mail.bcc).toBeUndefined();
      expect(() => mimeMessage([['Subject', text]], 'text', 'html')).toThrow(RangeError);
    },
  );

  test.each(['X-Y: z\r\nBcc', 'Sub ject', ''])('refuses the header name %j', (name) => {
    expect(() => mimeMessage([[name, 'x']], 'text', 'html')).toThrow(RangeError);
  });

  test.each([
    [{ name: 'Anna', address: 'anna@example.org' }, 'Anna'],
    [{ name: 'Züleyha "Z" Öz, MD', address: 'z@bücher.example' }, 'Züleyha "Z" Öz, MD'],
    [{ name: 'a "b" \\c', address: 'a@example.org' }, 'a "b" \\c'],
    [{ name: 'x <eve@example.org>', address: 'a@example.org' }, 'x <eve@example.org>'],
  ])('is addressed to one person: %j', async (to, name) => {
    const raw = mimeMessage([['To', headerAddress(to)!]], 'text', 'html');
    const { to: read } = await PostalMime.parse(raw);
    expect(read).toHaveLength(1);
    expect(read![0]!.name).toBe(name);
    expect(read![0]!.address).toBe(to.address.replace('bücher', 'xn--bcher-kva'));
  });

  test('leaves an address beyond ASCII to others', () => {
    expect(headerAddress({ name: 'x', address: 'jörg@example.org' })).toBeUndefined();
  });

  test('says what was written, in short lines of ASCII, whatever it is', async () => {
    const text = fc
      .string({ unit: 'binary', maxLength: 300 })
      .map((each) => each.replace(/\r/g, ''));
    await fc.assert(
      fc.asyncProperty(text, text, fc.string({ unit: 'binary' }), async (body, html, title) => {
        // Half a character cannot be written in UTF-8.
        const clean = (each: string) => Buffer.from(each).toString();
        const raw = mimeMessage([['Subject', headerText(oneLine(title))]], body, html);
        expect(raw).toMatch(/^[\x00-\x7f]*$/);
        for (const line of raw.split('\r\n')) expect(line.length).toBeLessThan(999);
        const mail = await PostalMime.parse(raw);
        expect([mail.text, mail.html]).toEqual([`${clean(body)}\n`, `${clean(html)}\n`]);
        expect(
          quotedPrintable(body)
            .split('\r\n')
            .every((line) => line.length <= 76),
        ).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
