import { ask, type Answer } from '../harness/graphql.js';

/** What was seen of a service that was killed under load. */
export interface KillObservation {
  readonly victim: string;
  readonly perSecond: number;
  /** Queries that need nothing of the victim. */
  readonly untouched: number;
  readonly untouchedServed: number;
  readonly touched: number;
  readonly touchedFailed: number;
  /** From the kill to the first answer that says that the victim is away. */
  readonly firstFailureMilliseconds: number;
  /** The longest that such an answer took. */
  readonly slowestFailureMilliseconds: number;
  /** From the kill to the last answer that was not whole. */
  readonly healedMilliseconds: number;
  /** Codes of the failures. */
  readonly codes: ReadonlyArray<string>;
}

interface Answered {
  readonly touched: boolean;
  readonly sentAt: number;
  readonly endedAt: number;
  readonly answer: Answer | undefined;
}

const WARM_MILLISECONDS = 1_500;
const PATIENCE_MILLISECONDS = 90_000;

/**
 * Sends queries at a steady rate, as many that need the victim as that do not, whatever becomes of those before;
 * kills it in the midst, and goes on until the answers of a second were whole again.
 */
export async function killUnderLoad(options: {
  readonly victim: string;
  readonly perSecond: number;
  readonly endpoint: string;
  readonly token: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** A query that needs the victim, and one that does not. */
  readonly queries: { readonly touched: string; readonly untouched: string };
  readonly kill: () => void;
}): Promise<KillObservation> {
  const { victim, perSecond, endpoint, token, queries, variables, kill } = options;
  const answered: Answered[] = [];
  const pending = new Set<Promise<void>>();
  let sent = 0;
  const sendOne = (): void => {
    const touched = sent++ % 2 === 0;
    const sentAt = performance.now();
    const done = ask(endpoint, touched ? queries.touched : queries.untouched, { token, variables })
      .catch(() => undefined)
      .then((answer) => {
        answered.push({ touched, sentAt, endedAt: performance.now(), answer });
        pending.delete(done);
      });
    pending.add(done);
  };

  const begin = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - begin) * perSecond) / 1_000;
    while (sent < due) {
      sendOne();
    }
  }, 5);
  await pause(WARM_MILLISECONDS);
  const killedAt = performance.now();
  kill();
  while (performance.now() - killedAt < PATIENCE_MILLISECONDS && !isHealed(answered, perSecond)) {
    await pause(50);
  }
  clearInterval(timer);
  await Promise.all(pending);

  const failed = answered.filter((each) => each.sentAt + 5_000 > killedAt && !isWhole(each));
  const touchedFailed = failed.filter(({ touched }) => touched);
  const untouched = answered.filter(({ touched }) => !touched);
  return {
    victim,
    perSecond,
    untouched: untouched.length,
    untouchedServed: untouched.filter(isWhole).length,
    touched: answered.length - untouched.length,
    touchedFailed: touchedFailed.length,
    firstFailureMilliseconds: Math.min(...touchedFailed.map(({ endedAt }) => endedAt)) - killedAt,
    slowestFailureMilliseconds: Math.max(...touchedFailed.map(({ sentAt, endedAt }) => endedAt - sentAt)),
    healedMilliseconds: Math.max(...failed.map(({ endedAt }) => endedAt)) - killedAt,
    codes: [
      ...new Set(
        failed.flatMap(({ answer }) => answer?.errors?.map(({ extensions }) => extensions.code) ?? []),
      ),
    ].sort(),
  };
}

/** A failure was seen, and none in the last second. */
function isHealed(answered: ReadonlyArray<Answered>, perSecond: number): boolean {
  return !answered.every(isWhole) && answered.slice(-perSecond).every(isWhole);
}

function isWhole({ answer }: Answered): boolean {
  return answer?.status === 200 && answer.errors === undefined;
}

/** Writes what was seen as a table. */
export function formatKills(observations: ReadonlyArray<KillObservation>): string {
  const head = [
    'killed',
    'rate',
    'untouched served',
    'touched failed',
    'first failure',
    'slowest failure',
    'healed',
    'codes',
  ];
  const rows = observations.map((seen) => [
    seen.victim,
    `${seen.perSecond}/s`,
    `${seen.untouchedServed} of ${seen.untouched}`,
    `${seen.touchedFailed} of ${seen.touched}`,
    `${seen.firstFailureMilliseconds.toFixed(0)} ms`,
    `${seen.slowestFailureMilliseconds.toFixed(0)} ms`,
    `${seen.healedMilliseconds.toFixed(0)} ms`,
    seen.codes.join(' '),
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [head, ...rows]
    .map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  '))
    .join('\n')
    .concat('\n');
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
