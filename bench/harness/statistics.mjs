/** @param {number[]} values */
export function summary(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  return { median, min: sorted[0], max: sorted.at(-1) };
}

/** Round by round, so that what slows a whole round down is in both and falls out. */
export function ratios(above, below) {
  return summary(above.map((value, round) => value / below[round]));
}
