import type { DescribedPlan } from '../../../../src/observability/debug/described-plan.js';

interface Answer {
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/**
 * Takes the plan out of a GraphQL answer, so that the editor shows what a client would see.
 *
 * @returns the plan, undefined when there is none, and the answer without it
 */
export function takePlan(answer: Answer): {
  readonly plan: DescribedPlan | undefined;
  readonly answer: Answer;
} {
  const { extensions, ...rest } = answer;
  if (extensions === undefined || !('plan' in extensions)) {
    return { plan: undefined, answer };
  }
  const { plan, ...others } = extensions;
  return {
    plan: plan as DescribedPlan,
    answer: Object.keys(others).length === 0 ? rest : { ...rest, extensions: others },
  };
}
