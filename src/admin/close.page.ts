import { listed, t } from '../platform/language/speaking.js';
import { userHref } from './hrefs.js';
import { madeSecret } from './made-secret.page.js';
import type { ConfirmPage } from './models.js';
import type { CoverRow, UserFacts } from './user.query.js';

/** What the end of an account means, and which of its secrets live on (R7, R13). */
export function closePage(row: UserFacts, cover: CoverRow[], now: Date): ConfirmPage {
  return {
    breadcrumb: [
      { label: t`Users`, href: '/admin/users' },
      { label: row.name, href: userHref(row.id) },
    ],
    heading: t`Close this account?`,
    paragraphs: [
      t`Whoever is signed in with it is out at the next click, and all its roles are without effect. No more reminders go to it. The account cannot be opened again.`,
      t`Its record stays. The secrets this person made keep working. They may know the values, so ask the other credential managers to replace them.`,
    ],
    warning: coverText(cover),
    facts: [
      { label: t`Name`, text: row.name },
      { label: t`E-mail`, text: row.email },
      { label: t`Organisation`, text: row.organisation ?? t`Operator staff` },
    ],
    secrets: row.secrets
      .map((secret) => madeSecret(secret, now))
      .filter(({ state }) => !['expired', 'deleted'].includes(state.key)),
    action: `${userHref(row.id)}/close`,
    button: t`Close account`,
    danger: true,
    cancelHref: userHref(row.id),
  };
}

/** Which applications are left with nobody, and which with one credential manager (R4). */
export function coverText(cover: CoverRow[]): string | undefined {
  const named = (wanted: number) =>
    listed(cover.filter(({ others }) => others === wanted).map((row) => row.application));
  const [none, one] = [named(0), named(1)];
  const sentences = [
    none && t`Nobody else manages ${none}: appoint someone, or its secrets cannot be replaced.`,
    one && t`One credential manager is left for ${one}.`,
  ];
  return sentences.filter(Boolean).join(' ') || undefined;
}
