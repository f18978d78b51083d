import type { StoryState } from './story-state.js';
import type { AcknowledgedWrites } from './traffic.js';

/**
 * Says in words what came of it.
 *
 * @param agrees whether both databases hold the same rows
 * @param lost what was acknowledged and is not there
 */
export function judge(story: StoryState, agrees: boolean, lost: ReadonlyArray<string>): string {
  const words = (count: number): string => count.toLocaleString('en');
  const away = story.failuresDuring('kill', 'recover');
  const { acknowledged, counts } = story.view();
  const otherwise = counts.failed - away;
  return [
    lost.length === 0
      ? `All ${words(acknowledged)} acknowledged writes are there.`
      : `${words(lost.length)} of ${words(acknowledged)} acknowledged writes are not there: ${lost.slice(0, 3).join('; ')}.`,
    agrees ? 'Both databases agree in every row and column.' : 'The two databases differ.',
    `${words(away)} requests failed in part while the database was away, ${words(otherwise)} at any other time.`,
  ].join(' ');
}

/** How many writes were acknowledged. */
export function countOf({ people, payments, bios }: AcknowledgedWrites): number {
  return people.size + payments.size + bios.size;
}
