import type { DomainWish } from '../domains/domain-values.js';
import type { DomainRow } from '../domains/domains-of.query.js';

/** As it is typed; a choice that is made says `yes`. */
export class DomainForm {
  host = '';
  name = '';
  environment = '';
  allowLogin = '';
  allowApi = '';
  active = '';
  isPrimary = '';
  /** One per line. */
  serverIps = '';
  fallbackUri = '';
}

/** Of a new domain: the first of an application stands for it. */
export function blankDomain(first: boolean): DomainForm {
  const usual = { environment: 'live', allowApi: 'yes', active: 'yes' };
  return Object.assign(new DomainForm(), { ...usual, isPrimary: yes(first) });
}

export function formOf(domain: DomainRow): DomainForm {
  const { host, name, environment, serverIps, fallbackUri } = domain;
  return {
    ...{ host, name, environment, fallbackUri: fallbackUri ?? '' },
    allowLogin: yes(domain.allowLogin),
    allowApi: yes(domain.allowApi),
    active: yes(domain.active),
    isPrimary: yes(domain.isPrimary),
    serverIps: serverIps.join('\n'),
  };
}

export function wishOf(form: DomainForm): Required<DomainWish> {
  const { host, name, environment, fallbackUri } = form;
  return {
    ...{ host, name, environment, fallbackUri },
    allowLogin: form.allowLogin === 'yes',
    allowApi: form.allowApi === 'yes',
    active: form.active === 'yes',
    isPrimary: form.isPrimary === 'yes',
    serverIps: form.serverIps.split(/[\n,;]/).filter((line) => line.trim() !== ''),
  };
}

const yes = (chosen: boolean) => (chosen ? 'yes' : '');
