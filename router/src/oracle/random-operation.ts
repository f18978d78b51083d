import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

/** An operation of a client, as it would be sent. */
export interface RandomOperation {
  readonly source: string;
  readonly variables: Record<string, unknown>;
}

/** Names that objects have by nature, or that a careless writer stumbles over. */
export const ODD_ALIASES = ['toString', '__proto__', 'constructor', 'hasOwnProperty', 'length', 'x', 'y'];
const DEEPEST = 5;

/**
 * Makes an operation that the schema allows, but for rare conflicts between fields.
 *
 * @param choices numbers that decide everything; when they run out, the smallest choice is taken
 */
export function randomOperation(schema: GraphQLSchema, choices: ReadonlyArray<number>): RandomOperation {
  return new Builder(schema, choices).build();
}

class Builder {
  readonly #variables = new Map<
    string,
    { readonly type: string; readonly value: unknown; readonly given: boolean; readonly fallback: string }
  >();
  readonly #fragments: string[] = [];
  #next = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly choices: ReadonlyArray<number>,
  ) {}

  build(): RandomOperation {
    const mutation = this.schema.getMutationType();
    const isMutation = mutation !== undefined && mutation !== null && this.#one(12);
    const root = isMutation ? mutation : this.schema.getQueryType();
    const set = this.#set(root as GraphQLObjectType, 0);
    const definitions = [...this.#variables].map(
      ([name, { type, fallback }]) => `$${name}: ${type}${fallback}`,
    );
    const head = definitions.length === 0 ? '' : `(${definitions.join(', ')})`;
    return {
      source: [`${isMutation ? 'mutation' : 'query'} Random${head} ${set}`, ...this.#fragments].join('\n'),
      variables: Object.fromEntries(
        [...this.#variables].filter(([, { given }]) => given).map(([name, { value }]) => [name, value]),
      ),
    };
  }

  /** A number below `count`. */
  #choose(count: number): number {
    const choice = this.choices[this.#next] ?? 0;
    this.#next += 1;
    return choice % count;
  }

  /** True once in `times`, on the average; false when the choices have run out. */
  #one(times: number): boolean {
    return this.#choose(times) === times - 1;
  }

  #pick<Element>(list: ReadonlyArray<Element>): Element {
    return list[this.#choose(list.length)] as Element;
  }

  #set(type: GraphQLCompositeType, depth: number): string {
    const selections: string[] = [];
    const count = 1 + this.#choose(4);
    for (let index = 0; index < count; index += 1) {
      selections.push(this.#selection(type, depth));
    }
    return `{ ${selections.join(' ')} }`;
  }

  #selection(type: GraphQLCompositeType, depth: number): string {
    if (depth < DEEPEST && this.#one(isAbstractType(type) ? 2 : 6)) {
      return this.#fragment(type, depth);
    }
    if (!('getFields' in type) || this.#one(9)) {
      return `${this.#one(5) ? 'kind: ' : ''}__typename${this.#condition()}`;
    }
    const fields = Object.values(type.getFields());
    const fitting = depth < DEEPEST ? fields : fields.filter((field) => isLeafType(getNamedType(field.type)));
    return fitting.length === 0 ? '__typename' : this.#field(this.#pick(fitting), depth);
  }

  #field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const given = field.args.map((argument) => this.#argument(argument)).filter((text) => text !== '');
    const args = given.length === 0 ? '' : `(${given.join(', ')})`;
    const named = getNamedType(field.type);
    const alias = this.#alias(field.name, args);
    const below = isCompositeType(named) ? ` ${this.#set(named, depth + 1)}` : '';
    return `${alias}${field.name}${args}${this.#condition()}${below}`;
  }

  /** Fields of the same arguments merge, and others must have other names. */
  #alias(name: string, args: string): string {
    if (args === '' && !this.#one(12)) {
      return '';
    }
    if (this.#one(12)) {
      return `${this.#pick(ODD_ALIASES)}: `;
    }
    const number = [...args].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 9_973, 7);
    return `${name}_${number}: `;
  }

  #fragment(type: GraphQLCompositeType, depth: number): string {
    const overlapping = Object.values(this.schema.getTypeMap()).filter(
      (other): other is GraphQLCompositeType => isCompositeType(other) && this.#overlap(type, other),
    );
    const possible = isAbstractType(type) ? this.schema.getPossibleTypes(type) : overlapping;
    const condition = this.#pick(this.#one(4) ? overlapping : possible);
    if (this.#one(3)) {
      const name = `F${this.#fragments.length}`;
      const index = this.#fragments.push('') - 1;
      this.#fragments[index] = `fragment ${name} on ${condition.name} ${this.#set(condition, depth + 1)}`;
      return `...${name}${this.#condition()}`;
    }
    const text = this.#one(8) ? '' : ` on ${condition.name}`;
    return `...${text}${this.#condition()} ${this.#set(text === '' ? type : condition, depth + 1)}`;
  }

  #overlap(one: GraphQLCompositeType, other: GraphQLCompositeType): boolean {
    const typesOf = (type: GraphQLCompositeType): ReadonlyArray<GraphQLObjectType> =>
      isAbstractType(type) ? this.schema.getPossibleTypes(type) : isObjectType(type) ? [type] : [];
    return typesOf(one).some((type) => typesOf(other).includes(type));
  }

  #condition(): string {
    if (!this.#one(7)) {
      return '';
    }
    const directive = this.#pick(['include', 'skip']);
    const value = this.#one(3) ? String(this.#one(2)) : this.#variable('Boolean!', this.#one(2), 'b');
    return ` @${directive}(if: ${value})`;
  }

  #argument({ name, type, defaultValue }: GraphQLArgument): string {
    const optional = !isNonNullType(type) || defaultValue !== undefined;
    if (optional && !this.#one(2)) {
      return '';
    }
    const value = this.#input(type, 0);
    return `${name}: ${this.#one(2) ? this.#variable(String(type), value, 'v') : literal(type, value)}`;
  }

  #variable(type: string, value: unknown, prefix: string): string {
    const name = `${prefix}${this.#one(3) ? 0 : this.#variables.size}`;
    const present = this.#variables.get(name);
    if (present !== undefined) {
      if (present.type === type) {
        return `$${name}`;
      }
      return this.#variable(type, value, `${prefix}_`);
    }
    const fallback = type === 'Boolean!' && this.#one(3) ? ' = true' : '';
    this.#variables.set(name, { type, value, fallback, given: fallback === '' || this.#one(2) });
    return `$${name}`;
  }

  #input(type: GraphQLInputType, depth: number): unknown {
    if (isNonNullType(type)) {
      return this.#input(type.ofType, depth);
    }
    if (isListType(type)) {
      return Array.from({ length: this.#choose(3) }, () => this.#input(type.ofType, depth + 1));
    }
    if (isEnumType(type)) {
      return this.#pick(type.getValues()).name;
    }
    if (isInputObjectType(type)) {
      return Object.fromEntries(
        Object.values(type.getFields())
          .filter((field) => isNonNullType(field.type) || (depth < 3 && this.#one(2)))
          .map((field) => [field.name, this.#input(field.type, depth + 1)]),
      );
    }
    switch (type.name) {
      case 'Int':
        return this.#choose(20);
      case 'Float':
        return this.#choose(20) / 4;
      case 'Boolean':
        return this.#one(2);
      default:
        return `text-${this.#choose(5)}`;
    }
  }
}

function literal(type: GraphQLInputType, value: unknown): string {
  if (isNonNullType(type)) {
    return literal(type.ofType, value);
  }
  if (isListType(type)) {
    return `[${(value as unknown[]).map((element) => literal(type.ofType, element)).join(', ')}]`;
  }
  if (isInputObjectType(type)) {
    const fields = type.getFields();
    const parts = Object.entries(value as Record<string, unknown>).flatMap(([name, inner]) => {
      const field = fields[name];
      return field === undefined ? [] : [`${name}: ${literal(field.type, inner)}`];
    });
    return `{ ${parts.join(', ')} }`;
  }
  return isEnumType(type) ? String(value) : JSON.stringify(value);
}
