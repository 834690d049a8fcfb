import type { DomainEnvironment } from '../domains/domain.entity.js';
import { t } from '../platform/language/speaking.js';
import { fieldsOf } from '../platform/web/form.js';
import type { SignInQuestion } from '../sign-token/sign-ins.service.js';
import type { ConsentFacts } from './consent.query.js';
import { scopeText } from './known-data.js';
import type { ConsentPage } from './models.js';

/** What was pressed on the page, and the note of somebody who asks for access. */
export class ConsentForm {
  decision = '';
  note = '';
}

/** Those that were left ticked. */
export function scopesIn(body: unknown): string[] {
  const { scope } = (body ?? {}) as Record<string, unknown>;
  return [scope].flat().filter((each): each is string => typeof each === 'string');
}

export function consentPage(
  question: SignInQuestion,
  { logo, asked }: ConsentFacts,
  me: { name: string; email: string },
  form = new ConsentForm(),
  error?: unknown,
): ConsentPage {
  const { application, organisation, domain, scopes, agreed, redirectUrl } = question;
  return {
    application: application.name,
    organisation: organisation.name,
    host: domain.host,
    environment: domainEnvironment(domain.environment),
    logo: logo ? `data:image/png;base64,${logo}` : undefined,
    me,
    goesTo: new URL(redirectUrl).host,
    scopes: scopes.map((scope) => ({
      value: scope,
      label: scopeText(scope),
      // Whoever left something out before is not asked to leave it out again.
      checked: agreed === null || agreed.includes(scope),
    })),
    mayGoOn: question.mayGoOn,
    asked: asked ?? undefined,
    note: fieldsOf(form, error).note,
  };
}

export function domainEnvironment(environment: DomainEnvironment): { key: string; text: string } {
  return environment === 'live'
    ? { key: 'production', text: t`Live` }
    : { key: 'sandbox', text: t`Test` };
}
