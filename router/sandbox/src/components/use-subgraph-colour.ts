import { useConfiguration } from '../configuration-context.js';

const COLOURS = 8;

/** The colour of a subgraph, the same everywhere on the page, as the styles number them. */
export function useSubgraphColour(name: string): number | 'none' {
  const { subgraphs } = useConfiguration();
  const index = subgraphs.findIndex((subgraph) => subgraph.name === name);
  return index < 0 ? 'none' : index % COLOURS;
}
