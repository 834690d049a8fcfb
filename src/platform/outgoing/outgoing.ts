import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import type { Words } from '../language/speaking.js';
import { exchange, type Posted } from './exchange.js';
import { isPublicAddress } from './public-address.js';
import { Resolver } from './resolver.js';
import { literalOf, noPublicAddress, problemOfTarget } from './target-url.js';

/** Why there was no answer. `address`: no name, or none that leads into the public Internet. */
export type Fault = 'address' | 'timeout' | 'refused' | 'tls' | 'broken';

/** What came of a message: the status of the answer, or why there was none. Nothing else is kept. */
export interface Answer {
  status: number | null;
  fault: Fault | null;
  milliseconds: number;
}

/** Any status of success says that the message has arrived. */
export function isTaken(status: number | null): boolean {
  return status !== null && status >= 200 && status < 300;
}

class NoPublicAddress extends Error {}

/**
 * Messages to addresses elsewhere. An address that a user has given reaches public hosts alone: we resolve the
 * name, look at every address of it, and connect to just those, so that an answer that changes between makes no
 * difference (docs/adr/0130).
 */
@Injectable()
export class Outgoing {
  /** Milliseconds for all of it: name, connection, answer. */
  patience = 5_000;

  constructor(
    private readonly resolver: Resolver,
    private readonly config: Config,
  ) {}

  /** What is wrong with an address of a user. */
  async problemOf(address: string): Promise<Words | undefined> {
    const problem = problemOfTarget(address, this.reach);
    if (problem) return problem;
    const found = await this.publicAddresses(new URL(address), this.limit()).catch(() => undefined);
    return found ? undefined : noPublicAddress;
  }

  /** To an address that a user has given. */
  toUser(address: string, message: Posted): Promise<Answer> {
    return timed(async () => {
      const signal = this.limit();
      if (problemOfTarget(address, this.reach)) throw new NoPublicAddress();
      const url = new URL(address);
      const addresses = await this.publicAddresses(url, signal);
      if (!addresses) throw new NoPublicAddress();
      return exchange(url, message, addresses, signal);
    });
  }

  /** To an address of the operator's own configuration, wherever it is. */
  toOperator(address: string, message: Posted): Promise<Answer> {
    return timed(() => exchange(new URL(address), message, undefined, this.limit()));
  }

  /** All addresses of a host; none when there are none, or one of them is not public. */
  private async publicAddresses(url: URL, signal: AbortSignal): Promise<string[] | undefined> {
    const literal = literalOf(url);
    const found = literal ? [literal] : await this.resolved(url.hostname, signal);
    const { allowed } = this.reach;
    const safe = found.length > 0 && found.every((each) => isPublicAddress(each, allowed));
    return safe ? found : undefined;
  }

  /** Whatever a name server does, patience ends. */
  private resolved(host: string, signal: AbortSignal): Promise<string[]> {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      this.resolver.addresses(host, signal).then(resolve, () => resolve([]));
    });
  }

  private limit(): AbortSignal {
    return AbortSignal.timeout(this.patience);
  }

  private get reach() {
    return { http: this.config.WEBHOOK_HTTP === 'on', allowed: this.config.webhookNetworks };
  }
}

async function timed(work: () => Promise<number>): Promise<Answer> {
  const begun = performance.now();
  const answer = await work().then(
    (status) => ({ status, fault: null }),
    (error: unknown) => ({ status: null, fault: faultOf(error) }),
  );
  return { ...answer, milliseconds: Math.round(performance.now() - begun) };
}

function faultOf(error: unknown): Fault {
  if (error instanceof NoPublicAddress) return 'address';
  const { name, code } = error as { name?: string; code?: string };
  if (name === 'TimeoutError' || name === 'AbortError' || code === 'ETIMEDOUT') return 'timeout';
  if (code === 'ECONNREFUSED') return 'refused';
  return /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_|SELF_|UNABLE_|EPROTO$)/.test(code ?? '')
    ? 'tls'
    : 'broken';
}
