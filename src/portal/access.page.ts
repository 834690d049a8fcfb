import { t } from '../platform/language/speaking.js';
import { momentOf } from '../platform/words.js';
import type { AccessRow } from './access.query.js';
import type { AccessLine } from './models.js';

/** What can be done about a request, by the side that looks at it. */
export type AccessStep = 'accept' | 'decline' | 'withdraw' | 'end';

export function isAccessStep(text: string): text is AccessStep {
  return ['accept', 'decline', 'withdraw', 'end'].includes(text);
}

/** @param side who looks: the user, or those who keep the application; nobody's is only looked at */
export function accessLine(
  row: AccessRow,
  side: 'user' | 'keeper' | undefined,
  base: string,
): AccessLine {
  return {
    name: side === 'user' ? row.application : row.user,
    under: side === 'user' ? row.organisation : row.email,
    kind: kindText(row),
    note: row.note ?? undefined,
    asked: { by: row.requestedBy, at: momentOf(row.requestedAt) },
    state: states()[row.state],
    decided: row.decidedAt ? { by: row.decidedBy!, at: momentOf(row.decidedAt) } : undefined,
    steps: (side ? stepsOf(row, side) : []).map((step) => ({
      key: step,
      label: labels()[step],
      action: `${base}/${row.id}/${step}`,
      danger: step === 'decline' || step === 'end',
    })),
  };
}

function stepsOf({ kind, state }: AccessRow, side: 'user' | 'keeper'): AccessStep[] {
  if (state === 'accepted') return ['end'];
  if (state !== 'pending') return [];
  const own = kind === 'access' ? 'user' : 'keeper';
  return side === own ? ['withdraw'] : ['accept', 'decline'];
}

const kindText = ({ kind }: AccessRow) =>
  kind === 'access' ? t`Request for access` : t`Invitation to test`;

const labels = (): Record<AccessStep, string> => ({
  accept: t`Accept`,
  decline: t`Decline`,
  withdraw: t`Withdraw the request`,
  end: t`End access`,
});

const states = () => ({
  pending: { key: 'due', text: t`Waits for an answer` },
  accepted: { key: 'done', text: t`Test user` },
  declined: { key: 'refused', text: t`Declined` },
  withdrawn: { key: 'off', text: t`Ended` },
});
