/** What endpoints are told about secrets. */
export const secretEvents = [
  'secret.created',
  'secret.expiring',
  'secret.expired',
  'secret.deleted',
  'secret.superseded',
] as const;

export type SecretEvent = (typeof secretEvents)[number];
export type WebhookEvent = SecretEvent | 'webhook.test';
