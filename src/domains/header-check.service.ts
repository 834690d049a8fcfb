import { Injectable } from '@nestjs/common';
import { Refusal } from '../platform/refusals.js';
import { CredentialCheck, type Examined } from '../secrets/credential-check.service.js';
import type { Question } from '../secrets/credential-lookup.js';
import type { DomainReason } from '../secrets/secret-use.entity.js';
import type { HeaderAnswer } from './header-question.js';
import { type CallManner, reasonAgainstCall } from './header-rule.js';
import { normalHost } from './normal-host.js';

/** A call as it came: the three headers, and its manner. */
export interface HeaderCall extends CallManner {
  clientId?: string;
  secret?: string;
  /** A host name in any spelling, or the id of a domain. */
  domain?: string;
}

/** An application that called from a domain of its own with a secret that works there. */
export interface HeaderClient<More = unknown> {
  applicationId: string;
  organisationId: string;
  /** As the application is called outside. */
  clientId: string;
  secretId: string;
  domain: NonNullable<HeaderAnswer<More>['domain']>;
  address: string;
  /** When it was looked up. */
  at: Date;
}

/**
 * Header authentication: checks 2 to 10, on the one answer to whether a secret is good. Everything is looked up
 * in one statement at every call (S9); what the checks behind these need is asked for in it, too.
 */
@Injectable()
export class HeaderCheck {
  constructor(private readonly credentials: CredentialCheck) {}

  /**
   * @param question made by `headerQuestion`
   * @throws Refusal with the code of the first check that fails, TooMany for a flood of wrong secrets
   */
  async admit<More>(
    call: HeaderCall,
    question: Question,
    columns?: Record<string, unknown>,
  ): Promise<HeaderClient<More>> {
    const { clientId, secret, domain, address } = call;
    if (!clientId || !secret || !domain) throw missing();
    const found = await this.credentials.examine<HeaderAnswer<More> | null>(
      { clientId, secret },
      address,
      question,
      { ...placeOf(domain), ...columns },
    );
    // Secrets of resource servers ask about tokens, and are of no application.
    if (!found?.answer || found.serverOf !== null) throw wrong();
    const { answer } = found;
    const reason = reasonAgainstCall(
      { domain: answer.domain, disabled: found.applicationDisabled },
      call,
    );
    if (reason) throw this.refused(found, reason, address);
    this.credentials.use(found, address);
    const { applicationId, organisationId } = answer;
    const { secretId, at } = found;
    return {
      ...{ applicationId, organisationId, clientId: found.clientId, secretId },
      ...{ domain: answer.domain!, address, at },
    };
  }

  /** For the checks behind these: the owner is told, too. @returns what is to be thrown */
  refused(
    caller: Pick<Examined, 'secretId' | 'clientId' | 'at'>,
    reason: DomainReason | 'application_disabled',
    address: string,
  ): Refusal {
    this.credentials.refuse(caller, reason, address);
    const [status, message, code = reason] = refusals[reason];
    return new Refusal(status, code, message);
  }
}

const refusals: Record<
  DomainReason | 'application_disabled',
  [status: number, message: string, code?: string]
> = {
  domain_unknown: [403, 'This application has no such domain.'],
  application_disabled: [403, 'This application is disabled.', 'client_disabled'],
  secret_not_linked: [403, 'This secret is not linked to this domain.'],
  domain_inactive: [403, 'This domain is switched off.'],
  login_not_allowed: [403, 'This domain does not allow sign-in.'],
  api_not_allowed: [403, 'This domain does not allow calls of the API.'],
  ip_not_allowed: [403, 'Calls for this domain do not come from this address.'],
  https_required: [403, 'A live domain needs https, for the call and for the redirect URL.'],
  redirect_not_registered: [
    ...([422, 'redirect_url: this is no active callback URL of this domain.'] as const),
  ],
  token_invalid: [400, 'This token is unknown, too old, or was used before.'],
  user_unknown: [404, 'There is no such user.'],
  user_not_connected: [403, 'This user is not connected with this application.'],
  scope_missing: [403, 'This was not granted, or the user did not agree to it.'],
};

function missing(): Refusal {
  return new Refusal(
    ...([401, 'missing_credentials'] as const),
    'Send the headers X-Client-Id, X-Client-Secret and X-Client-Domain.',
  );
}

function wrong(): Refusal {
  return new Refusal(401, 'invalid_client', 'The client ID or the secret is not good.');
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Neither where it cannot be a domain: it is looked up all the same, so that every refusal takes the same way. */
function placeOf(domain: string): { host?: string; domain?: string } {
  return uuid.test(domain) ? { domain } : { host: normalHost(decoded(domain)) };
}

/** Headers are read byte by byte; names that are no ASCII come as UTF-8. */
function decoded(header: string): string {
  return /[\x80-\xff]/.test(header) ? Buffer.from(header, 'latin1').toString() : header;
}
