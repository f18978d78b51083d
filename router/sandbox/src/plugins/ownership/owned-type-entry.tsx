import { useState } from 'react';
import type { OwnedType, OwnedTypeKind } from '../../../../src/sandbox/configuration.js';
import { SubgraphChip } from '../../components/subgraph-chip.js';
import { OwnedFieldEntry } from './owned-field-entry.js';

const kindWords: Readonly<Record<OwnedTypeKind, string>> = {
  OBJECT: 'type',
  INTERFACE: 'interface',
  UNION: 'union',
  ENUM: 'enum',
  INPUT: 'input',
  SCALAR: 'scalar',
};

interface Properties {
  readonly type: OwnedType;
  readonly open: boolean;
  readonly pressed: string | undefined;
  readonly onChip: (subgraph: string) => void;
}

/** One type: its subgraphs and, when opened, its keys and fields. */
export function OwnedTypeEntry({ type, open, pressed, onChip }: Properties) {
  const [isOpen, setOpen] = useState(open);
  return (
    <li className="sandbox-type" data-type={type.name}>
      <div className="sandbox-type-head">
        <button
          type="button"
          className="sandbox-type-toggle"
          aria-expanded={isOpen}
          title={type.description}
          onClick={() => setOpen(!isOpen)}
        >
          <span className="sandbox-kind">{kindWords[type.kind]}</span> {type.name}
        </button>
        {type.subgraphs.map((name) => (
          <SubgraphChip key={name} name={name} pressed={name === pressed} onClick={() => onChip(name)} />
        ))}
      </div>
      {isOpen && (
        <div className="sandbox-type-body">
          {type.description !== undefined && <p className="sandbox-hint">{type.description}</p>}
          {type.keys.length > 0 && (
            <ul className="sandbox-keys" aria-label={`Keys of ${type.name}`}>
              {[...Map.groupBy(type.keys, ({ fields }) => fields)].map(([fields, keys]) => (
                <li key={fields}>
                  <code>@key {fields}</code>
                  {keys.map(({ subgraph, resolvable }) => (
                    <SubgraphChip
                      key={subgraph}
                      name={subgraph}
                      pressed={subgraph === pressed}
                      onClick={() => onChip(subgraph)}
                    >
                      {resolvable === false && <em> not resolvable</em>}
                    </SubgraphChip>
                  ))}
                </li>
              ))}
            </ul>
          )}
          <ul className="sandbox-fields" aria-label={`Fields of ${type.name}`}>
            {type.fields.map((field) => (
              <OwnedFieldEntry key={field.name} field={field} pressed={pressed} onChip={onChip} />
            ))}
          </ul>
          {type.fields.length === 0 && <p className="sandbox-hint">No fields here.</p>}
        </div>
      )}
    </li>
  );
}
