import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { FormTokens } from '../platform/web/form-token.js';
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

  frame(request: FastifyRequest): Omit<Frame, 'title' | 'notice' | 'assets'> {
    const { viewer } = request;
    const path = request.url.split('?')[0] ?? '/';
    return {
      user: viewer && { name: viewer.name, roleText: roleText(viewer), it: viewer.it },
      nav: viewer ? navigation(viewer, path, request.attention?.waiting ?? {}) : [],
      alerts: request.attention?.alerts ?? [],
      csrf: this.formTokens.create(request),
      demo: this.config.demo ? { mailboxUrl: '/mailbox' } : undefined,
      support: this.config.SUPPORT_ADDRESS,
      path,
      now: instantText(this.clock.now()),
    };
  }
}

/** The person's roles in words, the one with most power first. */
export function roleText({ it, orgAdmin, manager }: Viewer): string {
  const roles = [it && 'IT', orgAdmin && 'Org admin', manager && 'Credential manager'];
  return roles.filter((role) => role !== false).join(', ') || 'No role yet';
}

function navigation(viewer: Viewer, path: string, waiting: Record<string, number>): Frame['nav'] {
  const pages = [
    { label: 'Applications', href: '/manage-api-credentials' },
    ...(viewer.manager ? [{ label: 'Which secret is this?', href: '/which-secret' }] : []),
    ...(viewer.it || viewer.orgAdmin || viewer.manager
      ? [{ label: 'Forecast', href: '/forecast' }]
      : []),
    ...(viewer.orgAdmin ? [{ label: 'Role requests', href: '/role-requests' }] : []),
    ...(viewer.it
      ? [
          { label: 'Organisations', href: '/admin/organisations' },
          { label: 'Users', href: '/admin/users' },
          { label: 'Role requests', href: '/admin/role-requests' },
          { label: 'Resources', href: '/admin/resources' },
          { label: 'Provisioning', href: '/admin/provisioning' },
          { label: 'Contacts', href: '/admin/contacts' },
          { label: 'Support', href: '/admin/support' },
          { label: 'Operations', href: '/admin/operations' },
          { label: 'Audit', href: '/admin/audit' },
        ]
      : []),
  ];
  // An application and a role are reached from their organisation, an invitation from the users, a run from operations.
  const place = path
    .replace(/^\/admin\/(applications|roles)\b/, '/admin/organisations')
    .replace(/^\/admin\/invitations\b/, '/admin/users')
    .replace(/^\/admin\/reminders\b/, '/admin/operations');
  return pages.map((page) => ({
    ...page,
    waiting: waiting[page.href] || undefined,
    current: place === page.href || place.startsWith(`${page.href}/`),
  }));
}
