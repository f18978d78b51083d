import { wholeNumberVariable } from '@supergraph/platform/configuration';

/** How the cost of operations is bounded. */
export interface CostSettings {
  /** The estimate above which an operation is refused; undefined when none is. */
  readonly maximum: number | undefined;
  /** Elements of lists that nothing is said about. */
  readonly assumedListLength: number;
}

const EMBEDDED_MAXIMUM = 100_000;

/** The variables that bound the cost of operations. */
export const costVariables = (embedded: boolean) => ({
  ROUTER_MAXIMUM_COST: wholeNumberVariable({ minimum: 0, maximum: 1_000_000_000 }).default(
    embedded ? EMBEDDED_MAXIMUM : 0,
  ),
  ROUTER_ASSUMED_LIST_LENGTH: wholeNumberVariable({ minimum: 0, maximum: 1_000_000 }).default(10),
});

type CostValues = { readonly [Name in keyof ReturnType<typeof costVariables>]: number };

/** Gives the parsed {@link costVariables} their names in code. */
export function readCostSettings(values: CostValues): CostSettings {
  const { ROUTER_MAXIMUM_COST: maximum, ROUTER_ASSUMED_LIST_LENGTH: assumedListLength } = values;
  return { maximum: maximum === 0 ? undefined : maximum, assumedListLength };
}
