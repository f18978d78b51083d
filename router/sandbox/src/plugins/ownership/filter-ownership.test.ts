import { describe, expect, it } from '@jest/globals';
import type { OwnedType } from '../../../../src/sandbox/configuration.js';
import { filterOwnership } from './filter-ownership.js';

function type(name: string, fields: Readonly<Record<string, ReadonlyArray<string>>>): OwnedType {
  return {
    name,
    kind: 'OBJECT',
    keys: [],
    subgraphs: [...new Set(Object.values(fields).flat())],
    fields: Object.entries(fields).map(([field, subgraphs]) => ({
      name: field,
      type: 'Int',
      subgraphs: subgraphs.map((subgraph) => ({ name: subgraph })),
    })),
  };
}

const types = [
  type('Book', { isbn: ['library', 'post'], title: ['library'], postage: ['post'] }),
  type('Shelf', { row: ['library'], bookCount: ['library'] }),
];

function found(filter: Parameters<typeof filterOwnership>[1]): ReadonlyArray<string> {
  return filterOwnership(types, filter).flatMap(({ name, fields }) =>
    fields.map((field) => `${name}.${field.name}`),
  );
}

describe('filterOwnership', () => {
  it('keeps everything when nothing is asked', () => {
    expect(filterOwnership(types, { text: ' ' })).toEqual(types);
  });

  it('finds types by name with all fields, and other types by their fields', () => {
    expect(found({ text: 'BOOK' })).toEqual(['Book.isbn', 'Book.title', 'Book.postage', 'Shelf.bookCount']);
  });

  it('puts the closest name first', () => {
    const named = ['Rebook', 'Shelf', 'BookEdge', 'Book'].map((name) => type(name, { book: ['library'] }));
    const names = filterOwnership(named, { text: 'book' }).map(({ name }) => name);
    expect(names).toEqual(['Book', 'BookEdge', 'Rebook', 'Shelf']);
  });

  it('finds a field by its coordinate', () => {
    expect(found({ text: 'book.ti' })).toEqual(['Book.title']);
    expect(found({ text: 'shelf.ti' })).toEqual([]);
  });

  it('leaves what one subgraph has', () => {
    expect(found({ text: '', subgraph: 'post' })).toEqual(['Book.isbn', 'Book.postage']);
    expect(found({ text: 'title', subgraph: 'post' })).toEqual([]);
  });
});
