import { describe, expect, it } from '@jest/globals';
import type { Catalog, Table } from '../catalog/index.js';
import { findTables } from './check-mapping.js';
import { ownerOf, parseMapping, readMapping, serviceOf } from './read-mapping.js';

const books = { schema: 'shop', table: 'books' };
const orders = { schema: 'shop', table: 'orders' };

function mapping(services: unknown, crossings: unknown = []): unknown {
  return { version: 1, services, crossings };
}

describe('parseMapping', () => {
  it('fills in what most services want', () => {
    expect(parseMapping(mapping({ shop: { tables: [books] } })).services['shop']).toMatchObject({
      targetSchema: { kind: 'copy' },
      gate: { kind: 'none' },
    });
  });

  it.each([
    ['a table twice', mapping({ shop: { tables: [books, books] } }), 'shop.books is named twice'],
    [
      'a table in two services',
      mapping({ shop: { tables: [books] }, desk: { tables: [books] } }),
      'named twice, by shop too',
    ],
    [
      'a former place twice',
      mapping({ shop: { tables: [{ ...books, from: orders }, orders] } }),
      'shop.orders is named twice',
    ],
    [
      'a column twice',
      mapping({ shop: { tables: [{ ...books, columns: ['id', 'id'] }] } }),
      'its column id twice',
    ],
    ['no table', mapping({ shop: { tables: [] } }), 'names no table'],
    ['no service', mapping({}), 'names no service'],
    ['a name that cannot be a slot', mapping({ 'My-Shop': { tables: [books] } }), 'part of slot names'],
    ['a word it does not know', mapping({ shop: { tables: [books], tabels: [] } }), 'tabels'],
    [
      'a crossing to nowhere',
      mapping({ shop: { tables: [books] } }, [
        {
          constraint: 'k',
          table: books,
          columns: ['a'],
          references: orders,
          referencedColumns: ['id'],
          replacement: 'none',
        },
      ]),
      'k names shop.orders, which no service has',
    ],
    [
      'a crossing that crosses nothing',
      mapping({ shop: { tables: [books, orders] } }, [
        {
          constraint: 'k',
          table: books,
          columns: ['a'],
          references: orders,
          referencedColumns: ['id'],
          replacement: 'none',
        },
      ]),
      'it crosses nothing',
    ],
  ])('refuses %s', (_, content, message) => {
    expect(() => parseMapping(content)).toThrow(message);
  });

  it('lists every mistake at once', () => {
    const content = mapping({ shop: { tables: [books, books] }, desk: { tables: [orders, orders] } });
    expect(() => parseMapping(content)).toThrow(/shop\.books[^]*shop\.orders/);
  });
});

describe('readMapping', () => {
  it('says what to do when there is no file', async () => {
    await expect(readMapping('/nowhere/migration.json')).rejects.toThrow('Write one with `plan`');
  });
});

describe('serviceOf and ownerOf', () => {
  const parsed = parseMapping(mapping({ shop: { tables: [books] } }));
  it('know the services', () => {
    expect(() => serviceOf(parsed, 'constructor')).toThrow('It has: shop');
    expect(ownerOf(parsed, books)).toBe('shop');
    expect(ownerOf(parsed, orders)).toBeUndefined();
  });
});

describe('findTables', () => {
  const table = {
    schema: 'shop',
    name: 'books',
    columns: [{ name: 'id' }, { name: 'title' }],
  } as unknown as Table;
  const catalog = { tables: [table] } as unknown as Catalog;
  const find = (tables: unknown[]): unknown => {
    const parsed = parseMapping(mapping({ shop: { tables } }));
    return findTables('shop', serviceOf(parsed, 'shop'), catalog, 'the source');
  };

  it('gives the tables', () => {
    expect(find([{ ...books, columns: ['title', 'id'] }])).toEqual([table]);
  });
  it('refuses a column left out, one that is not there, a table that is not there or not adopted', () => {
    expect(() => find([{ ...books, columns: ['id'] }])).toThrow('shop.books leaves out title');
    expect(() => find([{ ...books, columns: ['id', 'title', 'price'] }])).toThrow('has no column price');
    expect(() => find([orders])).toThrow('the source has no table shop.orders');
    expect(() => find([{ ...orders, from: books }])).toThrow('run `adopt` first');
  });
});
