import { t } from './language/speaking.js';

/** Why a text cannot be a name. */
export type NameProblem = 'empty' | 'too_long' | 'control' | 'bidi' | 'invisible' | 'broken';

const control = /[\p{Cc}\u2028\u2029]/u;
const bidi = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const invisible = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;
const broken = /[\p{Cs}\p{Cn}\p{Co}]/u;

/** A name as it is kept: composed (NFC), trimmed, and with single spaces, so that no two look alike. */
export function cleanName(text: string): string {
  return text
    .normalize('NFC')
    .trim()
    .replace(/\p{Zs}+/gu, ' ');
}

/** S2: 1 to `max` characters (code points) after trimming; nothing that hides or reorders text. */
export function nameProblem(text: string, max = 100): NameProblem | undefined {
  const name = cleanName(text);
  if (name === '') return 'empty';
  if (control.test(name)) return 'control';
  if (bidi.test(name)) return 'bidi';
  if (invisible.test(name)) return 'invisible';
  if (broken.test(name)) return 'broken';
  return [...name].length > max ? 'too_long' : undefined;
}

/** The same as a sentence for the person who typed it. */
export function problemOfName(text: string, max = 100): (() => string) | undefined {
  return sentenceFor(nameProblem(text, max), {
    empty: () => t`Type a name.`,
    too_long: () => t`A name has ${max} characters at most.`,
    control: () => t`A name is one line without control characters.`,
    bidi: () => t`A name cannot contain characters that change the direction of text.`,
    invisible: () => t`A name cannot contain invisible characters.`,
    broken: () => t`A name cannot contain characters that do not exist.`,
  });
}

/** The same for a reason or a note, which are lines of text as names are. */
export function problemOfLine(text: string, max = 100): (() => string) | undefined {
  return sentenceFor(nameProblem(text, max), {
    empty: () => t`Type a line of text.`,
    too_long: () => t`This text has ${max} characters at most.`,
    control: () => t`This text is one line without control characters.`,
    bidi: () => t`This text cannot contain characters that change the direction of text.`,
    invisible: () => t`This text cannot contain invisible characters.`,
    broken: () => t`This text cannot contain characters that do not exist.`,
  });
}

function sentenceFor(
  problem: NameProblem | undefined,
  sentences: Record<NameProblem, () => string>,
): (() => string) | undefined {
  return problem && sentences[problem];
}
