import type { Replica } from './replica.js';

/**
 * Chooses the replica for the next attempt: the one with the fewest requests in flight, in turn where several
 * have as few. Replicas that are set aside come last, the one that is due first before the others, so that a
 * subgraph whose replicas were all away is tried at once and not only after a pause; those whose breaker is open
 * are never chosen.
 *
 * @param tried replicas that are out of the question
 * @param turn a number that grows with every request
 * @returns undefined when there is none
 */
export function chooseReplica(
  replicas: ReadonlyArray<Replica>,
  tried: ReadonlySet<Replica>,
  turn: number,
): Replica | undefined {
  const now = performance.now();
  let chosen: Replica | undefined;
  for (let index = 0; index < replicas.length; index += 1) {
    const candidate = replicas[(index + turn) % replicas.length];
    if (
      candidate?.admits === true &&
      !tried.has(candidate) &&
      (chosen === undefined || isBetter(candidate, chosen, now))
    ) {
      chosen = candidate;
    }
  }
  return chosen;
}

function isBetter(candidate: Replica, chosen: Replica, now: number): boolean {
  const candidatePause = Math.max(candidate.asideUntil - now, 0);
  const chosenPause = Math.max(chosen.asideUntil - now, 0);
  return candidatePause === chosenPause ? candidate.inFlight < chosen.inFlight : candidatePause < chosenPause;
}
