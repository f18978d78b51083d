import { describe, expect, it } from '@jest/globals';
import { checkEvents, renderPublishedEvents } from './check-events.js';
import type { EventFile } from './event-schemas.js';

const loan = {
  $id: 'library.book.lent/1',
  description: 'A book was lent.',
  type: 'object',
  properties: {
    bookId: { description: 'The book.', type: 'string', format: 'uuid' },
    reader: { description: 'Who has it.', anyOf: [{ type: 'string' }, { type: 'null' }], personalData: true },
    state: { description: 'Its state.', type: 'string', enum: ['NEW', 'WORN'] },
    stamps: {
      description: 'Its stamps.',
      type: 'array',
      items: { type: 'object', properties: { day: { type: 'string' } }, required: ['day'] },
    },
  },
  required: ['bookId', 'reader', 'state'],
};
type Loan = typeof loan;

const services = ['library'];
const fileOf = (schema: object, fileName = 'library.book.lent.json'): EventFile => ({
  fileName,
  text: JSON.stringify(schema),
});
const published = renderPublishedEvents([fileOf(loan)], services);
const check = (...files: ReadonlyArray<EventFile>) => checkEvents({ files, published, services });
const changed = (change: (schema: Loan) => void): EventFile => {
  const copy = structuredClone(loan);
  change(copy);
  return fileOf(copy);
};

describe('the check of event contracts', () => {
  it('finds nothing when nothing changed, and before anything was published', () => {
    expect(check(fileOf(loan))).toEqual([]);
    expect(checkEvents({ files: [fileOf(loan)], published: undefined, services })).toEqual([]);
  });

  it.each<[string, (schema: Loan) => void]>([
    ['words', (schema) => (schema.properties.bookId.description = 'Which book.')],
    [
      'an optional property',
      (schema) => Object.assign(schema.properties, { shelf: { description: 'x', type: 'string' } }),
    ],
    [
      'an optional property inside',
      (schema) => Object.assign(schema.properties.stamps.items.properties, { ink: { type: 'string' } }),
    ],
    ['the order of keys', (schema) => (schema.required = ['state', 'reader', 'bookId'])],
  ])('lets %s change', (_, change) => {
    expect(check(changed(change))).toEqual([]);
  });

  it.each<[string, string, (schema: Loan) => void]>([
    ['a property that is gone', 'data.state', (schema) => Reflect.deleteProperty(schema.properties, 'state')],
    ['a type', 'data.bookId', (schema) => (schema.properties.bookId.type = 'integer')],
    ['a value more in an enumeration', 'data.state', (schema) => schema.properties.state.enum.push('LOST')],
    ['a value less in an enumeration', 'data.state', (schema) => schema.properties.state.enum.pop()],
    ['a format', 'data.bookId', (schema) => Reflect.deleteProperty(schema.properties.bookId, 'format')],
    ['what is not required any more', 'data.bookId', (schema) => schema.required.shift()],
    ['what is required now', 'data.stamps', (schema) => schema.required.push('stamps')],
    [
      'what is required inside',
      'data.stamps[].day',
      (schema) => schema.properties.stamps.items.required.pop(),
    ],
    [
      'what is personal data no more',
      'data.reader',
      (schema) => Reflect.deleteProperty(schema.properties.reader, 'personalData'),
    ],
    ['what may be null', 'data.reader', (schema) => schema.properties.reader.anyOf.pop()],
  ])('finds %s', (_, place, change) => {
    const findings = check(changed(change));
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.map(({ code, subject }) => [code, subject])).toContainEqual([
      'EVENT_CHANGE_BREAKS',
      `library.book.lent/1 at ${place}`,
    ]);
    expect(findings[0]?.action).toContain('schema/events/library.book.lent.2.json');
  });

  it('finds a contract that is gone, and takes a new major version beside it', () => {
    const second = fileOf({ ...loan, $id: 'library.book.lent/2', required: [] }, 'library.book.lent.2.json');
    expect(check(fileOf(loan), second)).toEqual([]);
    expect(check(second)).toEqual([expect.objectContaining({ code: 'EVENT_CHANGE_BREAKS' })]);
  });

  it.each([
    ['no JSON', fileOf(loan).text.slice(1), 'library.book.lent.json', /not valid JSON/],
    ['another name', JSON.stringify(loan), 'lent.json', /name the file library\.book\.lent\.json/],
    [
      'no id',
      JSON.stringify({ ...loan, $id: undefined }),
      'library.book.lent.json',
      /service\.aggregate\.happened/,
    ],
    [
      'no description',
      JSON.stringify({ ...loan, description: undefined }),
      'library.book.lent.json',
      /no description/,
    ],
    [
      'a stranger’s event',
      JSON.stringify({ ...loan, $id: 'bank.book.lent/1' }),
      'bank.book.lent.json',
      /No service "bank"/,
    ],
  ])('refuses %s', (_, text, fileName, message) => {
    const findings = check({ fileName, text });
    expect(findings).toEqual([
      expect.objectContaining({ code: 'EVENT_SCHEMA_INVALID', message: expect.stringMatching(message) }),
    ]);
  });
});
