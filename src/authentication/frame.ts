import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { type Language, languages } from '../platform/language/languages.js';
import { language, t } from '../platform/language/speaking.js';
import { browserLanguage } from '../platform/web/browser-language.js';
import { FormTokens } from '../platform/web/form-token.js';
import { formPage } from '../platform/web/next.js';
import { type Frame, FrameSource } from '../platform/web/frame.js';
import { instantText } from '../platform/words.js';
import type { Viewer } from './viewer.js';

/** Puts the signed-in person around a page: name, role, and where they can go. */
@Injectable()
export class SignedInFrame extends FrameSource {
  constructor(
    private readonly formTokens: FormTokens,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {
    super();
  }

  language(request: FastifyRequest): Language {
    const { chosen, accepted } = browserLanguage(this.config, request);
    return (request.viewer ?? request.live?.viewer)?.language ?? chosen ?? accepted;
  }

  frame(request: FastifyRequest): Omit<Frame, 'title' | 'notice' | 'assets'> {
    const { viewer } = request;
    const path = request.url.split('?')[0] ?? '/';
    return {
      user: viewer && {
        name: viewer.name,
        roleText: roleText(viewer),
        it: viewer.it,
        links: this.config.DOMAINS === 'on' ? accountLinks(path) : [],
      },
      nav: viewer
        ? navigation(viewer, path, request.attention?.waiting ?? {}, this.config.DOMAINS === 'on')
        : [],
      alerts: request.attention?.alerts() ?? [],
      csrf: this.formTokens.create(request),
      demo: this.config.demo ? { mailboxUrl: '/mailbox' } : undefined,
      support: this.config.SUPPORT_ADDRESS,
      path,
      here: request.method === 'GET' ? request.url : (formPage(request) ?? path),
      posted: request.method === 'POST',
      language: language(),
      languages: Object.entries(languages).map(([code, name]) => ({ code, name })),
      now: instantText(this.clock.now()),
    };
  }
}

/** The person's roles in words, the one with most power first. */
export function roleText({ it, orgAdmin, manager, roles: others }: Viewer): string {
  const roles = [
    it && t`IT`,
    orgAdmin && t`Org admin`,
    manager && t`Credential manager`,
    ...others,
  ];
  return roles.filter((role) => role !== false).join(', ') || t`No role yet`;
}

/** What everybody has, whatever their roles. */
function accountLinks(path: string) {
  const href = '/my-applications';
  return [{ label: t`Applications I use`, href, current: path === href }];
}

function navigation(
  viewer: Viewer,
  path: string,
  waiting: Record<string, number>,
  domains: boolean,
): Frame['nav'] {
  const pages = [
    { label: t`Applications`, href: '/manage-api-credentials' },
    ...(viewer.may.has('secrets.manage')
      ? [{ label: t`Which secret is this?`, href: '/which-secret' }]
      : []),
    ...(viewer.may.has('applications.see') || viewer.may.has('reminders.receive')
      ? [{ label: t`Forecast`, href: '/forecast' }]
      : []),
    ...(viewer.may.has('role_requests.file')
      ? [{ label: t`Role requests`, href: '/role-requests' }]
      : []),
    ...(viewer.it
      ? [
          { label: t`Organisations`, href: '/admin/organisations' },
          { label: t`Users`, href: '/admin/users' },
          { label: t`Role requests`, href: '/admin/role-requests' },
          ...(domains ? [{ label: t`Verifications`, href: '/admin/verifications' }] : []),
          { label: t`Resources`, href: '/admin/resources' },
          { label: t`Provisioning`, href: '/admin/provisioning' },
          { label: t`Contacts`, href: '/admin/contacts' },
        ]
      : []),
    ...(viewer.everywhere.has('support.see')
      ? [{ label: t`Support`, href: '/admin/support' }]
      : []),
    ...(viewer.it ? [{ label: t`Operations`, href: '/admin/operations' }] : []),
    ...(viewer.everywhere.has('audit.see') ? [{ label: t`Audit`, href: '/admin/audit' }] : []),
  ];
  // An application and the end of a role are reached from their organisation, invitations and roles from the users, a run from operations.
  const place = path
    .replace(/^\/admin\/(applications\b|roles\/[^/]+\/withdraw$)/, '/admin/organisations')
    .replace(/^\/admin\/(invitations|roles)\b/, '/admin/users')
    .replace(/^\/admin\/reminders\b/, '/admin/operations');
  return pages.map((page) => ({
    ...page,
    waiting: waiting[page.href] || undefined,
    current: place === page.href || place.startsWith(`${page.href}/`),
  }));
}
