import type { FieldOwner, OwnedField } from '../../../../src/sandbox/configuration.js';
import { SubgraphChip } from '../../components/subgraph-chip.js';

interface Properties {
  readonly field: OwnedField;
  readonly pressed: string | undefined;
  readonly onChip: (subgraph: string) => void;
}

/** One field: its type, the subgraphs that have it, and what federation says of it in each. */
export function OwnedFieldEntry({ field, pressed, onChip }: Properties) {
  const { name, type, description, deprecated, subgraphs } = field;
  return (
    <li
      className="sandbox-field"
      data-field={name}
      data-deprecated={deprecated === undefined ? undefined : true}
    >
      <div className="sandbox-field-line">
        <code title={description}>
          <span className="sandbox-field-name">{name}</span>
          {type !== '' && <span className="sandbox-field-type">: {type}</span>}
        </code>
        {subgraphs.map((owner, index) => (
          <SubgraphChip
            key={`${owner.name}:${index}`}
            name={owner.name}
            pressed={owner.name === pressed}
            onClick={() => onChip(owner.name)}
          >
            {owner.external === true && <em> external</em>}
          </SubgraphChip>
        ))}
      </div>
      {subgraphs.flatMap((owner) =>
        marksOf(owner).map((mark) => (
          <div key={`${owner.name}:${mark}`} className="sandbox-mark">
            {subgraphs.length > 1 && `${owner.name} `}
            <code>{mark}</code>
          </div>
        )),
      )}
      {deprecated !== undefined && <div className="sandbox-mark">deprecated: {deprecated}</div>}
    </li>
  );
}

function marksOf({ provides, requires, override }: FieldOwner): ReadonlyArray<string> {
  return [
    ...(requires === undefined ? [] : [`@requires ${requires}`]),
    ...(provides === undefined ? [] : [`@provides ${provides}`]),
    ...(override === undefined ? [] : [`@override from ${override}`]),
  ];
}
