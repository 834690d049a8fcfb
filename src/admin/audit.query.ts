import { Transform } from 'class-transformer';
import type { EventFilter } from '../audit/events.query.js';
import { readForm } from '../platform/web/form.js';
import { addDays, parseUtcDay, startOf, type UtcDay } from '../platform/utc-day.js';
import { actionsLike } from './audit-words.js';
import { searchText } from './search-text.js';

const Typed = () => Transform(({ value }: { value: string }) => searchText(value));

/** What the page of the audit can be asked for; in the address, so that a view can be sent on. */
export class AuditForm {
  @Typed()
  who = '';

  /** Words or the code of what was done. */
  @Typed()
  what = '';

  @Typed()
  on = '';

  /** Days, both included. */
  @Typed()
  from = '';

  @Typed()
  to = '';
}

export function readAuditForm(query: unknown): AuditForm {
  return readForm(AuditForm, query);
}

/** @returns the filter; nothing fits words that no action has */
export function filterOf({ who, what, on, from, to }: AuditForm): EventFilter {
  const first = parseUtcDay(from);
  const last = parseUtcDay(to);
  return {
    who,
    subject: on,
    actions: what ? [what, ...actionsLike(what)] : [],
    from: first && startOf(first),
    until: last && endOf(last),
  };
}

/** A sentence for a day that is none. */
export function dayError(text: string): string | undefined {
  return text && !parseUtcDay(text)
    ? 'This is not a day of the calendar. Choose one, such as 2027-01-31.'
    : undefined;
}

function endOf(day: UtcDay): Date | undefined {
  return day === '9999-12-31' ? undefined : startOf(addDays(day, 1));
}
