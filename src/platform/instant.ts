/**
 * Reads an instant such as `2027-01-03T07:00:00Z`; a day alone means 07:00 UTC, when reminders are due.
 * @throws RangeError that says what is expected
 */
export function parseInstant(text: string): Date {
  const complete = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T07:00:00Z` : text;
  const form = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;
  const instant = new Date(complete);
  if (!form.test(complete) || Number.isNaN(instant.getTime()) || !isRealDay(complete)) {
    throw new RangeError(
      `"${text}" is not an instant; write it like 2027-01-03T07:00:00Z or 2027-01-03`,
    );
  }
  return instant;
}

/** Date would read 30 February as 2 March. */
function isRealDay(text: string): boolean {
  const day = text.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}
