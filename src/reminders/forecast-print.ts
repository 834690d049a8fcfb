import { instantText } from '../platform/words.js';
import type { ForecastMail } from './forecasts.service.js';
import { label } from './milestones.js';
import { ownerNames } from './owner.js';

/** One line of JSON for a mail of the forecast. */
export function forecastJson({ at, day, recipient, items }: ForecastMail): string {
  return JSON.stringify({
    at: at.toISOString(),
    day,
    to: recipient ? { name: recipient.name, address: recipient.address } : null,
    secrets: items.map(({ ending, milestone }) => ({
      id: ending.id,
      name: ending.name,
      ...ownerNames(ending.owner),
      clientId: ending.owner.clientId,
      milestone,
      expiresAt: ending.expiresAt.toISOString(),
    })),
  });
}

/** The same for readers: when, to whom, and what about. */
export function forecastText({ at, recipient, items }: ForecastMail): string {
  const to = recipient ? `${recipient.name} <${recipient.address}>` : 'nobody to mail';
  const lines = items.map(
    ({ ending, milestone }) => `  ${label(milestone)}: "${ending.name}" of ${ending.owner.name}`,
  );
  return [`${instantText(at)}  ${to}`, ...lines].join('\n');
}
