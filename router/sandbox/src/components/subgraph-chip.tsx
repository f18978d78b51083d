import type { ReactNode } from 'react';
import { useSubgraphColour } from './use-subgraph-colour.js';

interface Properties {
  readonly name: string;
  readonly children?: ReactNode;
  readonly pressed?: boolean;
  readonly label?: string;
  readonly onClick: () => void;
}

/** A subgraph's name in its own colour, the same everywhere on the page. A click filters by it. */
export function SubgraphChip({ name, children, pressed, label, onClick }: Properties) {
  const colour = useSubgraphColour(name);
  return (
    <button
      type="button"
      className="sandbox-chip"
      data-subgraph={name}
      data-colour={colour}
      aria-pressed={pressed}
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      {name}
      {children}
    </button>
  );
}
