import { promises as dns } from 'node:dns';

/** Finds the addresses of a host's name. */
export abstract class Resolver {
  /** @returns none when the name is not known, or nobody answered in time */
  abstract addresses(host: string, signal: AbortSignal): Promise<string[]>;
}

/**
 * Asks the name servers itself: the system's own way would hold one of the process's few threads for
 * as long as a name server keeps silent, and whose names they are is not ours to choose.
 */
export class DnsResolver extends Resolver {
  async addresses(host: string, signal: AbortSignal): Promise<string[]> {
    if (/(^|\.)localhost\.?$/.test(host)) return ['127.0.0.1', '::1'];
    const resolver = new dns.Resolver({ timeout: 2_000, tries: 2 });
    const stop = () => resolver.cancel();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const found = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
      return found.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }
}
