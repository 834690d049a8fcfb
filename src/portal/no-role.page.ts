import type { Viewer } from '../authentication/viewer.js';
import { listed, t } from '../platform/language/speaking.js';
import type { NoRolePage } from './models.js';

/** For somebody who sees no application: where to ask, or what their roles open instead. */
export function noRolePage(viewer: Viewer, organisation: string | undefined): NoRolePage {
  const { may, everywhere, roles } = viewer;
  if (may.size === 0) return { organisation };
  const name = listed([...roles]);
  const links = [
    may.has('reminders.receive') && { label: t`Forecast`, href: '/forecast' },
    may.has('reminders.receive') && { label: t`Calendar`, href: '/forecast/calendar' },
    may.has('role_requests.file') && { label: t`Role requests`, href: '/role-requests' },
    everywhere.has('support.see') && { label: t`Support`, href: '/admin/support' },
    everywhere.has('audit.see') && { label: t`Audit`, href: '/admin/audit' },
  ].filter((link) => link !== false);
  const text = may.has('reminders.receive')
    ? t`Your role is ${name}. You get reminder mails, and see no application here.`
    : t`Your role is ${name}. It opens no application.`;
  return { organisation, role: { name, text, links } };
}
