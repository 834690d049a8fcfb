import { plural, t } from '../platform/language/speaking.js';
import type { UtcDay } from '../platform/utc-day.js';
import { dayText } from '../platform/words.js';
import { refusalsSeenAfter } from '../secrets/refusals.service.js';
import { nextRotation, rotationOf } from '../secrets/rotation.js';
import { neverRetrieved } from '../secrets/state.js';
import { usesSeenAfter } from '../secrets/uses.service.js';
import type { ApplicationRow, GoneRecord } from './credentials.query.js';
import { adminHref, applicationHref } from './hrefs.js';
import type { RotationPanel } from './models.js';
import { whoActs } from './people.page.js';
import { inGeneral, steps, type Told } from './rotation-steps.page.js';

function seconds(milliseconds: number): string {
  const count = milliseconds / 1000;
  return plural(count, t`${count} second`, t`${count} seconds`);
}

/** Uses and refusals are gathered and written every few seconds (S12, T4). */
export const delays = {
  uses: () =>
    t`“Last used” follows a call within ${seconds(usesSeenAfter)}; load this page again to see it.`,
  refused: () => t`A refused call is listed within ${seconds(refusalsSeenAfter)}.`,
};

/** Where the rotation stands, in words, and the one next button for who can press it. */
export function rotationPanel(
  row: ApplicationRow,
  { it, refusal }: { it: boolean; refusal?: string },
  now: Date,
): RotationPanel {
  const known = row.secrets.filter((secret) => !neverRetrieved(secret));
  const told = rotationOf<GoneRecord>([...known, ...row.gone], now);
  const { next, old } = told;
  if (row.disabled || (!next && !old)) {
    const coming = row.disabled ? undefined : nextRotation(known, now);
    return atRest(coming && { day: coming.day, name: coming.secret.name });
  }
  return {
    heading: next ? headings[next](told) : t`The old secret is replaced`,
    told: true,
    text: next ? undefined : t`All four steps are done.`,
    steps: steps(told, row, now),
    ...(next && (row.mayManage ? button(row, told, refusal) : whoElse(row, it))),
    more: told.more > 0 ? waits(told.more) : undefined,
    delay: delays.uses(),
  };
}

function waits(count: number): string {
  return plural(
    count,
    t`After this, ${count} more secret waits for a step.`,
    t`After this, ${count} more secrets wait for a step.`,
  );
}

const headings = {
  create: ({ old }: Told) =>
    old ? t`Next: create a new secret` : t`Next: create the first secret`,
  use: () => t`Next: put the new secret into your systems`,
  silence: () => t`Next: find what still uses the old secret`,
  delete: () => t`Next: delete the old secret`,
};

/** @param coming what is to be rotated next, and when */
function atRest(coming?: { day: UtcDay; name: string }): RotationPanel {
  return {
    heading: t`Replace a secret without an outage`,
    told: false,
    text: [
      t`The end of a secret cannot be moved. You replace it before it ends, in four steps.`,
      ...(coming
        ? [
            t`Nothing is to be done until ${dayText(coming.day)}, when “${coming.name}” has six weeks left.`,
          ]
        : []),
    ].join(' '),
    steps: inGeneral().map((step) => ({ ...step, state: 'later' })),
    delay: delays.uses(),
  };
}

/** The one next button; at the limit the reason why there is none (S8). */
function button(
  row: ApplicationRow,
  { next, old }: Told,
  refusal: string | undefined,
): Pick<RotationPanel, 'next' | 'who'> {
  const here = applicationHref(row.id);
  if (next === 'create') {
    if (refusal) return { who: refusal };
    return { next: { label: t`Create the new secret`, href: `${here}/secrets/new` } };
  }
  if (next === 'use') return { next: { label: t`How to connect`, href: '#connect' } };
  if (next === 'silence') return { next: { label: t`Look again`, href: here } };
  const href = `${here}/secrets/${old!.id}/delete`;
  return { next: { label: t`Delete the old secret`, href, dialog: `delete-${old!.id}` } };
}

/** Org admins and IT look on (R14); IT can give the role where nobody has it. */
function whoElse(row: ApplicationRow, it: boolean): Pick<RotationPanel, 'next' | 'who'> {
  const names = whoActs(row);
  if (names) return { who: t`This is for ${names} to do.` };
  const nobody = t`Nobody can do this: there is no active credential manager.`;
  if (!it) return { who: [nobody, t`IT can give someone the role.`].join(' ') };
  return { who: nobody, next: { label: t`Give someone the role`, href: adminHref(row.id) } };
}
