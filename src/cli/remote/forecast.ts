import { instantText } from '../../platform/words.js';
import { label, type Milestone } from '../../reminders/milestones.js';
import type { RemoteService } from './remote-service.js';

interface Mail {
  at: string;
  day: string;
  recipient: { name: string; address: string } | null;
  secrets: {
    name: string;
    application: string | null;
    resource: string | null;
    milestone: Milestone;
  }[];
}

/** One text for each mail, as the command on the server prints it. */
export async function remoteForecast(
  service: RemoteService,
  days: string,
  json: boolean,
): Promise<{ lines: string[]; cut: boolean }> {
  const call = { query: { days } };
  const { mails, cut } = await service.json<{ mails: Mail[]; cut: boolean }>(
    'GET',
    'forecast',
    call,
  );
  return { lines: mails.map(json ? jsonOf : textOf), cut };
}

function jsonOf({ at, day, recipient, secrets }: Mail): string {
  return JSON.stringify({ at, day, to: recipient, secrets });
}

function textOf({ at, recipient, secrets }: Mail): string {
  const to = recipient ? `${recipient.name} <${recipient.address}>` : 'nobody to mail';
  const lines = secrets.map(
    ({ name, application, resource, milestone }) =>
      `  ${label(milestone)}: "${name}" of ${application ?? resource}`,
  );
  return [`${instantText(new Date(at))}  ${to}`, ...lines].join('\n');
}
