export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The demo data's eighteen months: nothing in it happened before or after, whenever it is generated. */
export const BEGIN = Date.UTC(2024, 6, 1);
export const END = Date.UTC(2026, 0, 1);

/** People sleep: of each day's events so much falls before 6 and so much before 22 o'clock. */
const BEFORE_SIX = 0.06;
const BEFORE_TWENTY_TWO = 0.94;

/**
 * A moment of the period; a later one for a greater fraction, by daylight rather than by night.
 *
 * @param fraction of the period, at least 0 and less than 1
 * @returns whole milliseconds since the Unix epoch
 */
export function momentAt(fraction: number): number {
  const moment = BEGIN + fraction * (END - BEGIN);
  const midnight = Math.floor(moment / DAY) * DAY;
  return midnight + Math.floor(timeOfDay((moment - midnight) / DAY) * DAY);
}

/**
 * The fraction of the period by which so much of a business that grows to three times its size was done.
 *
 * @param share of all that was done, at least 0 and less than 1
 */
export function whenGrowing(share: number): number {
  // Inverse of the cumulative distribution (x + x²) / 2. A square root is exact on every machine.
  return (Math.sqrt(1 + 8 * share) - 1) / 2;
}

function timeOfDay(share: number): number {
  if (share < BEFORE_SIX) {
    return (share / BEFORE_SIX) * 0.25;
  }
  if (share < BEFORE_TWENTY_TWO) {
    return 0.25 + ((share - BEFORE_SIX) / (BEFORE_TWENTY_TWO - BEFORE_SIX)) * (16 / 24);
  }
  return 22 / 24 + ((share - BEFORE_TWENTY_TWO) / (1 - BEFORE_TWENTY_TWO)) * (2 / 24);
}
