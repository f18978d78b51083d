import { useSyncExternalStore } from 'react';
import type { DescribedPlan } from '../../../../src/observability/debug/described-plan.js';

let latest: DescribedPlan | undefined;
const listeners = new Set<() => void>();

/** Keeps the plan of the operation that ran last; undefined when its answer told none. */
export function keepPlan(plan: DescribedPlan | undefined): void {
  latest = plan;
  listeners.forEach((listener) => listener());
}

/** The plan of the operation that ran last. */
export function usePlan(): DescribedPlan | undefined {
  return useSyncExternalStore(subscribe, () => latest);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
