import type { ReactNode } from 'react';
import { useConfiguration } from '../configuration-context.js';

const COLOURS = 8;

interface Properties {
  readonly name: string;
  readonly children?: ReactNode;
  readonly pressed?: boolean;
  readonly label?: string;
  readonly onClick: () => void;
}

/** A subgraph's name in its own colour, the same everywhere on the page. A click filters by it. */
export function SubgraphChip({ name, children, pressed, label, onClick }: Properties) {
  const { subgraphs } = useConfiguration();
  const index = subgraphs.findIndex((subgraph) => subgraph.name === name);
  return (
    <button
      type="button"
      className="sandbox-chip"
      data-subgraph={name}
      data-colour={index < 0 ? 'none' : index % COLOURS}
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
