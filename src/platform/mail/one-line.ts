/** Ends a line, hides or reorders what stands around it. */
const unruly = /[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\s]+/gu;

/**
 * A text of somebody else's as one plain line: no header, no line of a mail and no reading direction
 * can be broken by it (M9).
 */
export function oneLine(text: string): string {
  return text.replace(unruly, ' ').trim();
}

/** What a mail server said, in one line that a row can keep. */
export function answerLine(text: string): string {
  return oneLine(text).slice(0, 500);
}
