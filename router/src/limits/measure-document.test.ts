import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { measureDocument } from './measure-document.js';

const measure = (text: string) => measureDocument(parse(text), 100);

describe('measureDocument', () => {
  it('follows fragments, and counts what is in them wherever they are spread', () => {
    expect(
      measure(`
        query ($no: Boolean! @a) @b { x: a { ...F @skip(if: $no) } ... @include(if: $no) { b ...F } }
        fragment F on T @c { y: d { e } f }
      `),
    ).toEqual({ depth: 3, nesting: 4, rootFields: 4, fields: 8, aliases: 3, directives: 6 });
  });

  it('gives of several operations the largest of each measure', () => {
    expect(measure('query A { a b } query B { x: a { b { c } } }')).toMatchObject({
      depth: 3,
      rootFields: 2,
      fields: 3,
      aliases: 1,
    });
  });

  it('measures each fragment once, so that no doubling of fragments takes long', () => {
    const doublings = Array.from(
      { length: 40 },
      (_, index) => `fragment F${index} on T { a: f { ...F${index + 1} } b: f { ...F${index + 1} } }`,
    );
    const { fields, aliases } = measure(`{ ...F0 } ${doublings.join(' ')} fragment F40 on T { c }`);
    expect(fields).toBeGreaterThan(2 ** 40);
    expect(aliases).toBeGreaterThan(2 ** 40);
  });

  it('ends with fragments that spread each other in a circle, or are not there', () => {
    expect(
      measure('{ ...A } fragment A on T { a { ...B } } fragment B on T { b { ...A ...C } }'),
    ).toMatchObject({
      depth: 2,
      fields: 2,
    });
  });

  it('counts levels that have no field of their own', () => {
    expect(measure(`{ ${'... { '.repeat(30)} a ${'}'.repeat(30)} }`)).toMatchObject({
      depth: 1,
      nesting: 31,
    });
    const chain = Array.from({ length: 30 }, (_, index) => `fragment F${index} on T { ...F${index + 1} }`);
    expect(measure(`{ ...F0 } ${chain.join(' ')} fragment F30 on T { a }`)).toMatchObject({ nesting: 32 });
  });

  it('stops where it would fill the stack', () => {
    expect(measure(`${'{ a '.repeat(300)} ${'}'.repeat(300)}`).nesting).toBe(Number.POSITIVE_INFINITY);
  });

  it('counts levels of literals and of list types', () => {
    expect(measure(`{ a(b: ${'['.repeat(20)}{ c: 1 }${']'.repeat(20)}) }`).nesting).toBe(21);
    expect(measure(`query ($a: ${'['.repeat(9)}Int${']'.repeat(9)}) { a }`).nesting).toBe(9);
  });
});
