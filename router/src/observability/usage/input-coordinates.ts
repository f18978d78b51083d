import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
} from 'graphql';

/** Tells `add` each coordinate that a value uses; the value has been found valid. */
export type InputWalker = (value: unknown, add: (coordinate: string) => void) => void;

const walkers = new WeakMap<GraphQLInputObjectType | GraphQLEnumType, InputWalker>();
const NOTHING: InputWalker = () => undefined;

/** Gives what walks over values of a type, made once a type. */
export function walkerFor(type: GraphQLInputType): InputWalker {
  const named = getNamedType(type);
  if (!isInputObjectType(named) && !isEnumType(named)) {
    return NOTHING;
  }
  let walker = walkers.get(named);
  if (walker === undefined) {
    walker = inLists(isEnumType(named) ? walkEnum(named) : walkObject(named));
    walkers.set(named, walker);
  }
  return walker;
}

/** A list of values, and a value in the place of a list of one, are walked over alike. */
function inLists(walk: InputWalker): InputWalker {
  const inside: InputWalker = (value, add) => {
    if (Array.isArray(value)) {
      value.forEach((each) => inside(each, add));
    } else if (value !== null && value !== undefined) {
      walk(value, add);
    }
  };
  return inside;
}

function walkEnum({ name }: GraphQLEnumType): InputWalker {
  return (value, add) => add(`${name}.${String(value)}`);
}

function walkObject(type: GraphQLInputObjectType): InputWalker {
  const { name } = type;
  // Made at the first value: a type may have fields of its own type.
  let fields: ReadonlyMap<string, { readonly coordinate: string; readonly walk: InputWalker }> | undefined;
  return (value, add) => {
    fields ??= new Map(
      Object.values(type.getFields()).map((field) => [
        field.name,
        { coordinate: `${name}.${field.name}`, walk: walkerFor(field.type) },
      ]),
    );
    for (const [key, inner] of Object.entries(value as object)) {
      const field = fields.get(key);
      if (field !== undefined) {
        add(field.coordinate);
        field.walk(inner, add);
      }
    }
  };
}
