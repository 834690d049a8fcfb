import { environmentWords } from '../applications/environment-words.js';
import { plural, t } from '../platform/language/speaking.js';
import type { Field } from '../platform/web/form.js';
import { addDays, daysBetween, utcDay, type UtcDay } from '../platform/utc-day.js';
import { dayText, instantText } from '../platform/words.js';
import { earliestLastDay, expiryOfLastDay, lastDay, latestLastDay } from '../secrets/expiry.js';
import { isLive } from '../secrets/state.js';
import { resourceHref } from './hrefs.js';
import type { ConfirmPage, Link, ServerSecretNewPage } from './models.js';
import type { ResourceRow, ServerSecret } from './resources.query.js';

export type SecretTurn = 'switch-off' | 'switch-on' | 'delete';

/** What it is called in a sentence, such as `Match-Connect, production`. */
export function resourceText({ name, environment }: ResourceRow): string {
  return `${name}, ${environmentWords[environment]()}`;
}

export function breadcrumbTo(row: ResourceRow): Link[] {
  return [
    { label: t`Resources`, href: '/admin/resources' },
    { label: resourceText(row), href: resourceHref(row.id) },
  ];
}

export function serverSecretNewPage(
  row: ResourceRow,
  fields: { name: Field; lastDay: Field },
  now: Date,
): ServerSecretNewPage {
  const today = utcDay(now);
  const max = latestLastDay(now);
  const chosen = expiryOfLastDay(fields.lastDay.value, now);
  return {
    breadcrumb: [...breadcrumbTo(row), { label: t`Create secret` }],
    resource: resourceText(row),
    action: `${resourceHref(row.id)}/secrets`,
    cancelHref: resourceHref(row.id),
    ...fields,
    min: earliestLastDay(now),
    max,
    today,
    endsText: 'expiresAt' in chosen ? endsText(lastDay(chosen.expiresAt), today) : '',
    presets: [
      { label: t`90 days`, day: addDays(today, 90) },
      { label: t`180 days`, day: addDays(today, 180) },
      { label: t`1 year`, day: max },
    ],
  };
}

function endsText(last: UtcDay, today: UtcDay): string {
  const days = daysBetween(today, last);
  return plural(
    days,
    t`Its last day is ${dayText(last)}, in ${days} day.`,
    t`Its last day is ${dayText(last)}, in ${days} days.`,
  );
}

const words = {
  'switch-off': () => ({
    heading: t`Switch off this secret?`,
    paragraphs: [
      t`The resource server is refused at once when it asks with it. You can switch it on again. Its end does not move.`,
    ],
    button: t`Switch off`,
    danger: true,
  }),
  'switch-on': () => ({
    heading: t`Switch on this secret?`,
    paragraphs: [t`It works again at once, with the same value and the same end.`],
    button: t`Switch on`,
    danger: false,
  }),
  delete: () => ({
    heading: t`Delete this secret?`,
    paragraphs: [
      t`The resource server is refused at once when it asks with it. This cannot be undone.`,
      t`Delete a secret only when its replacement is in use.`,
    ],
    button: t`Delete`,
    danger: true,
  }),
} satisfies Record<SecretTurn, () => Partial<ConfirmPage>>;

export function serverSecretTurnPage(
  row: ResourceRow,
  secret: ServerSecret,
  turn: SecretTurn,
  now: Date,
): ConfirmPage {
  const href = resourceHref(row.id);
  const others = row.secrets.filter(({ id }) => id !== secret.id);
  const last = isLive(secret, now) && !others.some((each) => isLive(each, now));
  return {
    ...words[turn](),
    breadcrumb: breadcrumbTo(row),
    warning:
      last && turn !== 'switch-on'
        ? t`It is the last secret of this resource server that works. After this, it cannot ask about tokens.`
        : undefined,
    facts: [
      { label: t`Secret`, text: `${secret.name} (${secret.hint}…)` },
      { label: t`Resource server`, text: resourceText(row) },
      { label: t`Last used`, text: secret.lastUsedAt ? instantText(secret.lastUsedAt) : t`never` },
    ],
    action: `${href}/secrets/${secret.id}/${turn}`,
    cancelHref: href,
  };
}
