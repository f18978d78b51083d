import type { Lifetime } from '../http/request-lifetime.js';
import { SharedWork } from './shared-work.js';

/** Of its own time, what work under way must have left for another request to wait for it. */
const SHARE_LEFT = 0.75;

/** Work that is under way, each once, by a text that is the same for whoever may share it. */
export class WorkSharing<Result> {
  /** Changes that ended: what is asked after one must not be answered from before it. */
  #changes = 0;
  readonly #underWay = new Map<string, SharedWork<Result>>();

  /** @param copy makes a result of its own for everybody but one of those who wait */
  constructor(private readonly copy: (result: Result) => Result) {}

  /** Carries out a change, which is never shared. */
  async change(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } finally {
      this.#changes += 1;
    }
  }

  /**
   * Gives the work of that key that is under way, when it may still be joined, else begins it.
   *
   * @param begin starts the work, which is worth doing for the given lifetime
   * @param deadline whose time the work has, and by which it is joined only while most of that is left; without one the
   *   work ends by itself
   */
  join(key: string, begin: (lifetime: Lifetime) => Promise<Result>, deadline?: Lifetime): SharedWork<Result> {
    const current = `${this.#changes}\n${key}`;
    const other = this.#underWay.get(current);
    return other?.isJoinable === true && hasTimeLeft(other, deadline)
      ? other
      : this.#begin(current, begin, deadline);
  }

  #begin(
    key: string,
    begin: (lifetime: Lifetime) => Promise<Result>,
    deadline: Lifetime | undefined,
  ): SharedWork<Result> {
    const shared = new SharedWork<Result>(
      this.copy,
      deadline === undefined ? undefined : () => deadline.remainingMilliseconds,
    );
    const end = (): void => {
      if (this.#underWay.get(key) === shared) {
        this.#underWay.delete(key);
      }
    };
    this.#underWay.set(key, shared);
    shared.onAbandoned(end);
    const work = begin(shared);
    work.then(end, end);
    shared.start(work);
    return shared;
  }
}

function hasTimeLeft(work: Lifetime, deadline: Lifetime | undefined): boolean {
  return deadline === undefined || work.remainingMilliseconds >= deadline.remainingMilliseconds * SHARE_LEFT;
}
