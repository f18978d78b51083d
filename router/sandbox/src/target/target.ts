import type { SandboxConfiguration } from '../../../src/sandbox/configuration.js';

/** What answers the operations: the supergraph, or one subgraph alone. */
export interface Target {
  /** The subgraph's name; absent for the supergraph. */
  readonly subgraph?: string;
  readonly label: string;
  readonly endpoint: string;
}

export function listTargets({ endpoint, subgraphs }: SandboxConfiguration): readonly [Target, ...Target[]] {
  return [
    { label: 'Supergraph', endpoint },
    ...subgraphs.map(({ name, endpoint: own }) => ({ subgraph: name, label: name, endpoint: own })),
  ];
}

/** The target that the page's address names by `?target=…`; the supergraph when it names none or no known one. */
export function targetOfAddress(configuration: SandboxConfiguration, address: URL): Target {
  const [supergraph, ...alone] = listTargets(configuration);
  const name = address.searchParams.get('target');
  return alone.find((target) => target.subgraph === name) ?? supergraph;
}

/** The page's address with `target` in it, so that a subgraph alone can be bookmarked and linked to. */
export function addressOfTarget(target: Target, address: URL): URL {
  const changed = new URL(address);
  if (target.subgraph === undefined) changed.searchParams.delete('target');
  else changed.searchParams.set('target', target.subgraph);
  return changed;
}
