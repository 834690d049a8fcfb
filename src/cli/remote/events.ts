import type { EventRow } from '../../audit/events.query.js';
import type { InstantRange } from '../../platform/day-range.js';
import type { RemoteService } from './remote-service.js';

type Answer = Omit<EventRow, 'at' | 'application' | 'organisation'> & { at: string };

interface Page {
  items: Answer[];
  next: string | null;
}

/** The events of a time, the oldest first. The API gives ids of applications and organisations, no names. */
export async function remoteEvents(
  service: RemoteService,
  { from, until }: InstantRange,
): Promise<EventRow[]> {
  const rows: EventRow[] = [];
  for (let after: string | undefined; ;) {
    const query = { limit: '100', after, from: from?.toISOString(), until: until?.toISOString() };
    const { items, next } = await service.json<Page>('GET', 'audit-events', { query });
    rows.push(...items.map(rowOf));
    if (!next) return rows.reverse();
    after = new URL(next).searchParams.get('after')!;
  }
}

function rowOf(answer: Answer): EventRow {
  return { ...answer, at: new Date(answer.at), application: null, organisation: null };
}
