/** A client that sends `estimate` in it is told what its operation may cost, in the response's `extensions`. */
export const COST_HEADER = 'supergraph-cost';
