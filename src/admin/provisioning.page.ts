import { t } from '../platform/language/speaking.js';
import type { Action, Entry, Plan } from '../provisioning/plan.js';
import { changeText, summaryText } from '../provisioning/plan-text.js';
import type { Field } from '../platform/web/form.js';
import type { ProvisioningPage } from './models.js';

/** More rows than anybody reads on a page; the command shows all. */
const shownRows = 500;

const actions = (): Record<Action, { key: string; text: string }> => ({
  create: { key: 'active', text: t`Create` },
  change: { key: 'expiring', text: t`Change` },
  same: { key: 'superseded', text: t`Same` },
  remove: { key: 'refused', text: t`Remove` },
});

const whats = (): Record<Entry['what'], string> => ({
  api: t`API`,
  resource: t`resource`,
  organisation: t`organisation`,
  application: t`application`,
  domain: t`domain`,
  grant: t`grant`,
  user: t`user`,
  custom_role: t`custom role`,
  role: t`role`,
});

export function provisioningPage(text: Field, prune: boolean, plan?: Plan): ProvisioningPage {
  return { text, prune, plan: plan && planOf(plan) };
}

function planOf({ problems, entries, counts, fingerprint }: Plan): ProvisioningPage['plan'] {
  const different = entries.filter(({ action }) => action !== 'same');
  // When all is the same, that is what there is to see.
  const rows = different.length > 0 ? different : entries;
  return {
    problems: problems.slice(0, shownRows),
    moreProblems: Math.max(0, problems.length - shownRows),
    summary: summaryText(counts),
    rows: rows.slice(0, shownRows).map(rowOf),
    moreRows: Math.max(0, rows.length - shownRows),
    removes: counts.remove > 0,
    fingerprint: different.length > 0 ? fingerprint : undefined,
  };
}

function rowOf({ action, what, name, at, changes }: Entry) {
  return {
    state: actions()[action],
    what: whats()[what],
    name,
    line: at ? String(at.line) : undefined,
    changes: changes.map((change) => changeText(action, change)),
  };
}
