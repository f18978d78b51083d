import {
  Kind,
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { measureLiterals } from './measure-literals.js';

/** How large a document is, its fragments followed. Of several operations the largest of each measure. */
export interface DocumentMeasures {
  /** Levels of fields. */
  readonly depth: number;
  /** Levels of selection sets, those of fragments included; and of literals. */
  readonly nesting: number;
  readonly rootFields: number;
  readonly fields: number;
  readonly aliases: number;
  readonly directives: number;
}

type Measures = { -readonly [Name in keyof DocumentMeasures]: number };

/**
 * Measures a document that need not be valid, in time linear to its length: each fragment is measured once. A
 * fragment that spreads itself counts as nothing there, since validation refuses it.
 *
 * @param maximumNesting levels of selection sets at which measuring stops, so that no text fills the stack; `nesting`
 *   is then infinite
 */
export function measureDocument(document: DocumentNode, maximumNesting: number): DocumentMeasures {
  return new Measuring(document, maximumNesting).measure();
}

class Measuring {
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #measured = new Map<string, Measures>();
  readonly #open = new Set<string>();

  constructor(
    private readonly document: DocumentNode,
    private readonly maximumNesting: number,
  ) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) {
        this.#fragments.set(definition.name.value, definition);
      }
    }
  }

  measure(): DocumentMeasures {
    const largest = none();
    for (const definition of this.document.definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION) {
        continue;
      }
      const measures = this.#ofSet(definition.selectionSet, 1);
      addDirectives(measures, definition.directives);
      for (const variable of definition.variableDefinitions ?? []) {
        addDirectives(measures, variable.directives);
      }
      for (const name of Object.keys(largest) as Array<keyof Measures>) {
        largest[name] = Math.max(largest[name], measures[name]);
      }
    }
    largest.nesting = Math.max(largest.nesting, measureLiterals(this.document));
    return largest;
  }

  #ofSet(set: SelectionSetNode | undefined, level: number): Measures {
    const sum = none();
    if (set === undefined) {
      return sum;
    }
    if (level > this.maximumNesting) {
      return { ...sum, nesting: Number.POSITIVE_INFINITY };
    }
    for (const selection of set.selections) {
      const measures = this.#ofSelection(selection, level);
      sum.depth = Math.max(sum.depth, measures.depth);
      sum.nesting = Math.max(sum.nesting, measures.nesting);
      sum.rootFields += measures.rootFields;
      sum.fields += measures.fields;
      sum.aliases += measures.aliases;
      sum.directives += measures.directives;
    }
    sum.nesting += 1;
    return sum;
  }

  #ofSelection(selection: SelectionNode, level: number): Measures {
    let measures: Measures;
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      measures = { ...this.#ofFragment(selection.name.value, level) };
    } else {
      measures = this.#ofSet(selection.selectionSet, level + 1);
      if (selection.kind === Kind.FIELD) {
        measures.depth += 1;
        measures.rootFields = 1;
        measures.fields += 1;
        measures.aliases += selection.alias === undefined ? 0 : 1;
      }
    }
    addDirectives(measures, selection.directives);
    return measures;
  }

  #ofFragment(name: string, level: number): Measures {
    const known = this.#measured.get(name);
    const fragment = this.#fragments.get(name);
    if (known !== undefined || fragment === undefined || this.#open.has(name)) {
      return known ?? none();
    }
    this.#open.add(name);
    const measures = this.#ofSet(fragment.selectionSet, level + 1);
    addDirectives(measures, fragment.directives);
    this.#open.delete(name);
    this.#measured.set(name, measures);
    return measures;
  }
}

function none(): Measures {
  return { depth: 0, nesting: 0, rootFields: 0, fields: 0, aliases: 0, directives: 0 };
}

function addDirectives(measures: Measures, directives: ReadonlyArray<DirectiveNode> = []): void {
  measures.directives += directives.length;
}
