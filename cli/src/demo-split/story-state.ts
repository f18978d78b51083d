import type { Scoreboard } from './scoreboard.js';
import { STEPS, type StepId, type StepState } from './steps.js';

/** What the page shows. */
export interface StoryView {
  readonly state: 'ready' | 'running' | 'done' | 'failed';
  readonly steps: ReadonlyArray<StepState>;
  /** Where each service's tables are used now. */
  readonly places: Readonly<Record<string, Place>>;
  readonly counts: ReturnType<Scoreboard['counts']>;
  readonly acknowledged: number;
  /** Known at the end. */
  readonly found: number | undefined;
  /** Rows of payments' tables on both sides, as they were compared at the end. */
  readonly tables: ReadonlyArray<ComparedTable>;
  /** In words, at the end. */
  readonly verdict: string | undefined;
}

export type Place = 'shared' | 'own' | 'down';

export interface ComparedTable {
  readonly table: string;
  readonly source: number;
  readonly target: number;
  readonly differingRanges: number;
}

/** How many lines of a command are kept. */
const KEPT_LINES = 6;

/** The part of the story that changes as it is told. */
export class StoryState {
  state: StoryView['state'] = 'ready';
  places: Record<string, Place>;
  acknowledged: () => number = () => 0;
  found: number | undefined;
  tables: ReadonlyArray<ComparedTable> = [];
  verdict: string | undefined;
  private readonly steps: StepState[] = STEPS.map((step) => ({
    ...step,
    state: 'waiting',
    seconds: undefined,
    failures: 0,
    lines: [],
  }));

  constructor(
    services: ReadonlyArray<string>,
    private readonly scoreboard: Scoreboard,
  ) {
    this.places = Object.fromEntries(services.map((name) => [name, 'shared']));
  }

  /** Marks a step from its begin to its end, and counts what failed meanwhile. */
  async during<Result>(id: StepId, work: (tell: (line: string) => void) => Promise<Result>): Promise<Result> {
    const step = this.steps.find((candidate) => candidate.id === id);
    if (step === undefined) throw new Error(`There is no step ${id}.`);
    const [begin, failedBefore] = [performance.now(), this.scoreboard.counts().failed];
    const update = (): void => {
      step.seconds = (performance.now() - begin) / 1_000;
      step.failures = this.scoreboard.counts().failed - failedBefore;
    };
    const timer = setInterval(update, 200);
    step.state = 'running';
    try {
      const result = await work((line) => {
        step.lines.push(line);
        step.lines.splice(0, Math.max(0, step.lines.length - KEPT_LINES));
      });
      step.state = 'done';
      return result;
    } catch (error) {
      step.state = 'failed';
      throw error;
    } finally {
      clearInterval(timer);
      update();
    }
  }

  failuresDuring(...ids: ReadonlyArray<StepId>): number {
    return this.steps.reduce((sum, { id, failures }) => sum + (ids.includes(id) ? failures : 0), 0);
  }

  view(): StoryView {
    const { state, steps, places, found, tables, verdict } = this;
    return {
      state,
      steps,
      places,
      counts: this.scoreboard.counts(),
      acknowledged: this.acknowledged(),
      found,
      tables,
      verdict,
    };
  }
}
