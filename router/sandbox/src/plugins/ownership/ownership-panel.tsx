import { useDeferredValue, useId, useMemo, useState } from 'react';
import { SubgraphChip } from '../../components/subgraph-chip.js';
import { useConfiguration } from '../../configuration-context.js';
import { filterOwnership } from './filter-ownership.js';
import { OwnedTypeEntry } from './owned-type-entry.js';

/** A search that leaves this many types or fewer shows their fields at once. */
const OPEN_AT_MOST = 12;

/** Who owns which field: searched by type and field, filtered by subgraph. */
export function OwnershipPanel() {
  const { ownership, subgraphs } = useConfiguration();
  const [text, setText] = useState('');
  const [subgraph, setSubgraph] = useState<string>();
  const searchId = useId();
  const deferredText = useDeferredValue(text);
  const found = useMemo(
    () =>
      filterOwnership(ownership.types, {
        text: deferredText,
        ...(subgraph === undefined ? {} : { subgraph }),
      }),
    [ownership, deferredText, subgraph],
  );
  const fields = found.reduce((sum, type) => sum + type.fields.length, 0);
  const toggle = (name: string) => setSubgraph(name === subgraph ? undefined : name);
  const searched = deferredText.trim().toLowerCase();
  // The type that is named in full is what one looks for, however many others match.
  const isOpen = (name: string) =>
    searched !== '' && (found.length <= OPEN_AT_MOST || name.toLowerCase() === searched);

  return (
    <section className="sandbox-panel" aria-label="Ownership">
      <h2>Ownership</h2>
      <label className="sandbox-visually-hidden" htmlFor={searchId}>
        Search types and fields
      </label>
      <input
        id={searchId}
        className="sandbox-search"
        type="search"
        placeholder="Type, field or Type.field"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="sandbox-chips" role="group" aria-label="Filter by subgraph">
        {subgraphs.map(({ name }) => (
          <SubgraphChip key={name} name={name} pressed={name === subgraph} onClick={() => toggle(name)} />
        ))}
      </div>
      <p className="sandbox-hint" role="status">
        {found.length === 0
          ? 'Nothing matches.'
          : `${found.length} of ${ownership.types.length} types, ${fields} fields${subgraph === undefined ? '' : ` in ${subgraph}`}`}
      </p>
      <ul className="sandbox-types">
        {found.map((type) => (
          <OwnedTypeEntry
            key={`${type.name}:${isOpen(type.name)}`}
            type={type}
            open={isOpen(type.name)}
            onChip={toggle}
            pressed={subgraph}
          />
        ))}
      </ul>
    </section>
  );
}
