import { describe, expect, it } from '@jest/globals';
import { createEventContracts, EventContractError } from './contracts.js';

const id = '00000000-0000-0000-0000-0000000000ff';
const made = (version: number, ...required: readonly string[]) => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: `maker.widget.made/${version}`,
  title: 'A widget was made',
  type: 'object',
  required,
  properties: {
    id: { type: 'string', format: 'uuid' },
    size: { type: ['integer', 'null'], minimum: 1 },
    color: { enum: ['RED', 'BLUE'] },
    madeAt: { type: 'string', format: 'date-time' },
    parts: { type: 'array', items: { $ref: '#/$defs/part' }, minItems: 1 },
  },
  $defs: { part: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } } },
});

describe('createEventContracts', () => {
  const contracts = createEventContracts([made(1, 'id'), made(2, 'id', 'color')]);

  it('lets data through that fits, with fields that nobody named, and any UUID', () => {
    const data = {
      id,
      size: null,
      madeAt: '2026-11-23T10:00:00.000Z',
      parts: [{ name: 'a', more: 1 }],
      extra: {},
    };
    expect(contracts.check('maker.widget.made', 1, data)).toEqual({ type: 'valid' });
  });

  it('says where data breaks the schema and never what it was', () => {
    const check = contracts.check('maker.widget.made', 2, {
      id: 'secret-value',
      size: 0,
      madeAt: 'yesterday',
      parts: [{}],
    });
    expect(check).toMatchObject({ type: 'broken', reason: 'INVALID_DATA' });
    for (const place of ['id', 'size', 'madeAt', 'parts.0.name', 'color']) {
      expect(JSON.stringify(check)).toContain(`${place}: `);
    }
    expect(JSON.stringify(check)).not.toContain('secret-value');
  });

  it('tells a later version, an unknown one and an unknown type apart', () => {
    expect(contracts.check('maker.widget.made', 3, { id })).toMatchObject({ reason: 'LATER_VERSION' });
    expect(createEventContracts([made(2)]).check('maker.widget.made', 1, { id })).toMatchObject({
      reason: 'UNKNOWN_VERSION',
    });
    expect(contracts.check('maker.widget.lost', 1, {})).toEqual({ type: 'unknownType' });
  });

  it('refuses to write what breaks the contract or has none', () => {
    expect(contracts.latestVersion('maker.widget.made')).toBe(2);
    expect(() => contracts.requireValid('maker.widget.made', 2, { id })).toThrow(EventContractError);
    expect(() => contracts.requireValid('maker.widget.lost', 1, {})).toThrow(/no contract/);
    expect(() => contracts.latestVersion('maker.widget.lost')).toThrow(/no contract/);
    contracts.requireValid('maker.widget.made', 2, { id, color: 'RED' });
  });

  it.each([
    ['two of one version', [made(1), made(1)], /two schemas/],
    ['a malformed identity', [{ ...made(1), $id: 'made' }], /\$id/],
    [
      'a keyword that would not be checked',
      [{ ...made(1), unevaluatedProperties: false }],
      /unevaluatedProperties/,
    ],
    ['a misspelt keyword inside', [{ ...made(1), properties: { id: { typo: 1 } } }], /typo/],
    ['data that is no object', [{ ...made(1), type: 'string' }], /object/],
    ['an unknown type', [{ ...made(1), properties: { id: { type: 'text' } } }], /cannot be checked/],
  ])('refuses schemas with %s', (_what, schemas, message) => {
    expect(() => createEventContracts(schemas)).toThrow(message);
  });
});
