import type { Stage, StagedSupergraph } from './supergraph/loaded-supergraph.js';

/** Makes what stands around the executor of one version of the supergraph, in the order in which it takes part. */
export function createStages(): (version: StagedSupergraph) => ReadonlyArray<Stage> {
  return () => [];
}
