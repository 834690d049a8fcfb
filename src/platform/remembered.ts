const atMost = 10_000;

/**
 * A pure function of a text that remembers what it answered, for texts that come again with every request.
 * Never for anything that can change or that anybody must be able to take back.
 */
export function remembered<Answer>(work: (text: string) => Answer): (text: string) => Answer {
  const known = new Map<string, Answer>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const answer = work(text);
    if (known.size >= atMost) known.clear();
    known.set(text, answer);
    return answer;
  };
}
