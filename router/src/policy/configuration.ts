import { z } from 'zod';

/** What becomes of an operation that asks for what may not be had. */
export interface PolicySettings {
  /** `filter`: those fields are null, each with an error; `reject`: the whole operation is refused. */
  readonly unauthorized: 'filter' | 'reject';
}

/** The variables of the policy. */
export const policyVariables = () => ({
  ROUTER_UNAUTHORIZED: z
    .enum(['filter', 'reject'], { message: 'must be `filter` or `reject`' })
    .default('filter'),
});

type PolicyValues = { readonly ROUTER_UNAUTHORIZED: PolicySettings['unauthorized'] };

/** Gives the parsed {@link policyVariables} their names in code. */
export function readPolicySettings(values: PolicyValues): PolicySettings {
  return { unauthorized: values.ROUTER_UNAUTHORIZED };
}
