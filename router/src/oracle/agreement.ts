import { isDeepStrictEqual } from 'node:util';
import type { GraphQLError } from 'graphql';
import type { Outcome } from './compare.js';
import { explainedNulls } from './explained-nulls.js';
import { GUESSED } from './stock/complete-errors.js';
import { ODD_ALIASES } from './random-operation.js';

/** How two executors' outcomes of one operation relate. */
export type Agreement =
  /** Equal data, and errors at the same positions. */
  | 'equal'
  /** They differ, and ours is what one service with all data answers. */
  | 'stock is wrong'
  | 'different';

type Answer = Pick<Outcome, 'data' | 'errors'>;

/**
 * Compares the outcomes of one operation over the same subgraphs.
 *
 * @param monolith what one service with all data answers, where that can be said
 * @param losesTypes whether objects may lose their type on the way, of which the stock executor tells nothing
 */
export function compareOutcomes(
  ours: Answer,
  stock: Answer,
  monolith: Answer | undefined,
  losesTypes = false,
): Agreement {
  if (monolith !== undefined && !isSame(ours, monolith, losesTypes)) {
    return 'different';
  }
  if (isSame(ours, stock, losesTypes)) {
    return 'equal';
  }
  return monolith === undefined ? 'different' : 'stock is wrong';
}

function isSame(ours: Answer, other: Answer, losesTypes: boolean): boolean {
  return isDeepStrictEqual(ours.data, other.data) && haveSameErrors(ours, other, losesTypes);
}

/**
 * Compares where errors are. The repair that makes the stock executor's errors complete guesses: it explains a null
 * by any failure near it, tells of what the client did not ask for, and names an object where a part of it failed.
 */
function haveSameErrors(ours: Answer, other: Answer, losesTypes: boolean): boolean {
  const own = placed(ours);
  const others = placed(other);
  const unexplained = [...own].filter(
    ([position, error]) =>
      !others.has(position) &&
      !isWithin(position, others) &&
      !(losesTypes && (!isNull(position) || isAboutType(error))),
  );
  const surplus = [...others].filter(
    ([position, error]) =>
      isNull(position) && !own.has(position) && isPrecise(error) && !isGuess(error, ours.errors),
  );
  return unexplained.length === 0 && surplus.length === 0;
}

/** Errors by what they explain. Those without a position tell of what only the router asked for. */
function placed({ data, errors }: Answer): ReadonlyMap<string, GraphQLError> {
  const byPosition = errors.map((error) => [explainedNulls(data, [error.path])[0] ?? '', error] as const);
  return new Map(byPosition.filter(([position]) => position !== 'no position'));
}

function isNull(position: string): boolean {
  return !/^(absent|not null)/.test(position);
}

function isWithin(position: string, others: ReadonlyMap<string, GraphQLError>): boolean {
  return [...others.keys()].some((other) => {
    const partly = /^not null: (.*)\]$/.exec(other)?.[1];
    return partly !== undefined && position.startsWith(`${partly},`);
  });
}

function isAboutType({ path }: GraphQLError): boolean {
  return ['__typename', 'kind', ...ODD_ALIASES].includes(String(path?.at(-1)));
}

function isGuess({ message, extensions }: GraphQLError, errors: Answer['errors']): boolean {
  return extensions[GUESSED] === true && errors.some((error) => error.message === message);
}

function isPrecise({ message, path }: GraphQLError): boolean {
  const failed = /^failed: \w+\.(\w+)/.exec(message)?.[1];
  const asked = path?.filter((step) => typeof step === 'string').map((step) => step.replace(/_\d+$/, ''));
  const isOdd = asked?.some((step) => ODD_ALIASES.includes(step)) === true;
  return failed === undefined || asked === undefined || (!isOdd && asked.includes(failed));
}
