import { t } from '../platform/language/speaking.js';
import { type Answer, isTaken } from '../platform/outgoing/outgoing.js';
import { momentOf, numberText } from '../platform/words.js';
import type { WebhookEvent } from '../webhooks/events.js';
import { applicationHref, secretHref } from './hrefs.js';
import type * as models from './models.js';
import type { AttemptRow, MessageRow, WebhookRow, WebhooksRow } from './webhooks.query.js';

export const webhooksHref = (applicationId: string) => `${applicationHref(applicationId)}/webhooks`;
export const webhookHref = (applicationId: string, id: string) =>
  `${webhooksHref(applicationId)}/${id}`;
export const messageHref = (applicationId: string, id: string, messageId: string) =>
  `${webhookHref(applicationId, id)}/messages/${messageId}`;

/** Messages on the page of an endpoint. */
export const listed = 50;

const eventTexts: Record<WebhookEvent, () => string> = {
  'secret.created': () => t`Secret created`,
  'secret.expiring': () => t`Secret ends soon`,
  'secret.expired': () => t`Secret expired`,
  'secret.deleted': () => t`Secret deleted`,
  'secret.superseded': () => t`Secret replaced`,
  'webhook.test': () => t`Test`,
};

const messageStates = {
  due: () => t`Waiting`,
  sent: () => t`Delivered`,
  failed: () => t`Given up`,
};

/** What an endpoint answered, or why it did not; `pending` where nothing was written down. */
function answerText({ status, fault }: Pick<Answer, 'status' | 'fault'>): string {
  if (status !== null) return t`Status ${String(status)}`;
  const texts = {
    address: () => t`No public address`,
    timeout: () => t`No answer in 5 seconds`,
    refused: () => t`Connection refused`,
    tls: () => t`Certificate or TLS not good`,
    broken: () => t`Connection broke off`,
  };
  return fault === null ? t`No answer written down` : texts[fault]();
}

/** The address; for whoever does not manage it without what may be a secret of its receiver. */
function shownAddress(url: string, managed: boolean): string {
  return managed ? url : `${new URL(url).origin}/…`;
}

function stateOf(row: WebhookRow): { key: string; text: string } {
  if (!row.signed) return { key: 'invited', text: t`No secret yet` };
  if (!row.active) return { key: 'off', text: t`Switched off` };
  if (!row.domainActive) return { key: 'off', text: t`Its domain is off` };
  return row.failingSince
    ? { key: 'failed', text: t`Takes no messages` }
    : { key: 'active', text: t`Active` };
}

export function webhookLine(
  applicationId: string,
  managed: boolean,
  row: WebhookRow,
): models.WebhookLine {
  return {
    href: webhookHref(applicationId, row.id),
    address: shownAddress(row.url, managed),
    domain: row.host,
    test: row.environment === 'test',
    state: stateOf(row),
    last: row.at
      ? { event: eventTexts[row.event!](), at: momentOf(row.at), answer: answerText(row) }
      : undefined,
  };
}

function troubleOf(row: WebhookRow): models.WebhookPage['trouble'] {
  if (!row.signed) {
    return { kind: 'info', text: t`Nothing is sent until it has a secret to sign with.` };
  }
  if (!row.active && row.goneAt) {
    return {
      kind: 'warning',
      text: t`It was switched off because it answered “410 Gone”: the receiver wants no more messages.`,
    };
  }
  if (!row.active || !row.domainActive || !row.failingSince) return undefined;
  const { text } = momentOf(row.failingSince);
  return {
    kind: 'error',
    text: t`It has taken no message since ${text}. Each is tried again, ever less often, and given up after three days. When it works again, send a test: what waits follows at once.`,
  };
}

export function webhookPage(
  applicationId: string,
  { name, mayManage }: WebhooksRow,
  row: WebhookRow,
  messages: readonly MessageRow[],
): models.WebhookPage {
  const href = webhookHref(applicationId, row.id);
  return {
    ...webhookLine(applicationId, mayManage, row),
    application: { name, href: applicationHref(applicationId) },
    listHref: webhooksHref(applicationId),
    trouble: troubleOf(row),
    formerUntil: row.formerUntil ? momentOf(row.formerUntil) : undefined,
    actions: mayManage
      ? {
          test: row.signed && row.active && row.domainActive ? `${href}/test` : undefined,
          rotateHref: `${href}/rotate`,
          first: !row.signed,
          switchOffHref: row.active ? `${href}/switch-off` : undefined,
          switchOn: row.active ? undefined : `${href}/switch-on`,
          deleteHref: `${href}/delete`,
        }
      : undefined,
    messages: messages.slice(0, listed).map((each) => messageLine(applicationId, row.id, each)),
    more: messages.length > listed,
  };
}

function messageLine(
  applicationId: string,
  webhookId: string,
  row: MessageRow,
): models.WebhookMessageLine {
  return {
    href: messageHref(applicationId, webhookId, row.id),
    event: eventTexts[row.event](),
    secret: row.secret ?? undefined,
    at: momentOf(row.createdAt),
    state: { key: row.state, text: messageStates[row.state]() },
    answer: row.at ? answerText(row) : undefined,
    attempts: row.attempts,
  };
}

export function messagePage(
  applicationId: string,
  { name, mayManage }: WebhooksRow,
  webhook: WebhookRow,
  row: MessageRow,
  attempts: readonly AttemptRow[],
): models.WebhookMessagePage {
  const href = messageHref(applicationId, webhook.id, row.id);
  const open = webhook.active && webhook.domainActive;
  return {
    application: { name, href: applicationHref(applicationId) },
    webhook: {
      href: webhookHref(applicationId, webhook.id),
      address: shownAddress(webhook.url, mayManage),
    },
    listHref: webhooksHref(applicationId),
    event: eventTexts[row.event](),
    messageId: `msg_${row.id}`,
    secret: row.secret
      ? {
          name: row.secret,
          href: row.secretDeleted ? undefined : secretHref(applicationId, row.secretId!),
        }
      : undefined,
    state: { key: row.state, text: messageStates[row.state]() },
    at: momentOf(row.createdAt),
    next: row.state === 'due' && open ? momentOf(row.nextAttemptAt) : undefined,
    attempts: attempts.map(attemptLine),
    body: row.body === null ? undefined : JSON.stringify(JSON.parse(row.body), null, 2),
    again: mayManage && open && row.body !== null ? href : undefined,
    againText: row.state === 'due' ? t`Send it now` : t`Send it again`,
  };
}

function attemptLine({ number, at, milliseconds, ...answer }: AttemptRow) {
  return {
    number,
    at: momentOf(at),
    answer: answerText(answer),
    taken: isTaken(answer.status),
    duration: milliseconds === null ? undefined : t`${numberText(milliseconds)} ms`,
  };
}
