import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../harness/root.js';

/** What clients noticed while something was done, second by second. */
export interface Timeline {
  answered(milliseconds: number): void;
  failed(): void;
  /** Marks a step from its begin to its end. */
  during<Result>(step: string, work: () => Promise<Result>): Promise<Result>;
  longestMilliseconds(): number;
  /**
   * Writes `NAME.json` and `NAME.svg`.
   *
   * @returns the path without ending
   */
  write(name: string, facts: Readonly<Record<string, unknown>>): string;
}

interface Slot {
  answered: number;
  failed: number;
  longestMilliseconds: number;
}

interface Step {
  readonly name: string;
  readonly fromSeconds: number;
  toSeconds: number;
}

const SLOT_MILLISECONDS = 250;
const FOLDER = join(ROOT, 'node_modules', '.cache', 'supergraph', 'journeys');

export function startTimeline(): Timeline {
  const begin = performance.now();
  const slots: Slot[] = [];
  const steps: Step[] = [];
  const seconds = (): number => (performance.now() - begin) / 1_000;
  const now = (): Slot => {
    const index = Math.floor((performance.now() - begin) / SLOT_MILLISECONDS);
    while (slots.length <= index) slots.push({ answered: 0, failed: 0, longestMilliseconds: 0 });
    return slots[index] as Slot;
  };
  return {
    answered(milliseconds) {
      const slot = now();
      slot.answered += 1;
      slot.longestMilliseconds = Math.max(slot.longestMilliseconds, milliseconds);
    },
    failed() {
      now().failed += 1;
    },
    async during(name, work) {
      const step: Step = { name, fromSeconds: seconds(), toSeconds: 0 };
      steps.push(step);
      try {
        return await work();
      } finally {
        step.toSeconds = seconds();
      }
    },
    longestMilliseconds: () => Math.max(0, ...slots.map((slot) => slot.longestMilliseconds)),
    write(name, facts) {
      mkdirSync(FOLDER, { recursive: true });
      const content = { ...facts, slotMilliseconds: SLOT_MILLISECONDS, steps, slots };
      writeFileSync(join(FOLDER, `${name}.json`), `${JSON.stringify(content, null, 2)}\n`);
      writeFileSync(join(FOLDER, `${name}.svg`), draw(name, slots, steps));
      return join(FOLDER, name);
    },
  };
}

const [WIDTH, LEFT, CHART, ROW] = [1_100, 60, 160, 16] as const;

/** Two curves over time, requests a second and the longest answer, with a bar a step below. */
function draw(title: string, slots: ReadonlyArray<Slot>, steps: ReadonlyArray<Step>): string {
  const total = Math.max(1, (slots.length * SLOT_MILLISECONDS) / 1_000);
  const x = (second: number): number => LEFT + (second / total) * (WIDTH - LEFT - 20);
  const perSecond = slots.map(({ answered }) => (answered * 1_000) / SLOT_MILLISECONDS);
  const longest = slots.map(({ longestMilliseconds }) => longestMilliseconds);
  const height = 60 + 2 * (CHART + 40) + steps.length * ROW + 20;
  const below = 60 + 2 * (CHART + 40);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${LEFT}" y="24" font-size="15">${escape(title)}</text>
${curve(perSecond, x, 50, '#2b6cb0', 'requests answered a second')}
${curve(longest, x, 50 + CHART + 40, '#c05621', 'longest answer, ms')}
${steps
  .map(({ name, fromSeconds, toSeconds }, index) => {
    const y = below + index * ROW;
    const width = Math.max(2, x(toSeconds) - x(fromSeconds));
    return `<rect x="${x(fromSeconds).toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${ROW - 4}" fill="${colourOf(name)}"/><text x="${(x(fromSeconds) > WIDTH * 0.75 ? x(fromSeconds) - 4 : x(fromSeconds) + width + 4).toFixed(1)}" y="${y + 10}"${x(fromSeconds) > WIDTH * 0.75 ? ' text-anchor="end"' : ''}>${escape(name)} ${(toSeconds - fromSeconds).toFixed(1)} s</text>`;
  })
  .join('\n')}
</svg>
`;
}

function curve(
  values: ReadonlyArray<number>,
  x: (second: number) => number,
  top: number,
  colour: string,
  label: string,
): string {
  const most = Math.max(1, ...values);
  const points = values.map((value, index) => {
    const second = ((index + 0.5) * SLOT_MILLISECONDS) / 1_000;
    return `${x(second).toFixed(1)},${(top + CHART - (value / most) * CHART).toFixed(1)}`;
  });
  return `<line x1="${LEFT}" x2="${WIDTH - 20}" y1="${top + CHART}" y2="${top + CHART}" stroke="#999"/>
<text x="${LEFT - 6}" y="${top + 8}" text-anchor="end">${Math.round(most)}</text><text x="${LEFT - 6}" y="${top + CHART}" text-anchor="end">0</text>
<text x="${LEFT}" y="${top - 4}" fill="${colour}">${label}</text>
<polyline fill="none" stroke="${colour}" points="${points.join(' ')}"/>`;
}

function colourOf(step: string): string {
  if (step.startsWith('cutover')) return '#2f855a';
  if (step.startsWith('rollback')) return '#b7791f';
  return step.startsWith('verify') ? '#805ad5' : '#a0aec0';
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
