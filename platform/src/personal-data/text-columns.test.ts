import { describe, expect, it } from '@jest/globals';
import { readTextColumns } from './text-columns.js';

const SCHEMA = `
model Reader {
  id    String @id @db.Uuid
  /// Unique, whatever the letter case.
  /// @personal erased
  email String @map("email_address")
  /// @personal kept("tax law, ten years")
  vatNumber String? @map("vat_number")
  /// @personal pseudonymised
  notes Json
  /// @impersonal
  shelf String
  age   Int
  books Book[]

  @@map("readers")
}
`;

describe('readTextColumns', () => {
  it('reads what every column of text holds', () => {
    expect(readTextColumns(SCHEMA)).toEqual([
      { table: 'readers', column: 'email_address', holds: 'erased', reason: null },
      { table: 'readers', column: 'vat_number', holds: 'kept', reason: 'tax law, ten years' },
      { table: 'readers', column: 'notes', holds: 'pseudonymised', reason: null },
      { table: 'readers', column: 'shelf', holds: 'impersonal', reason: null },
    ]);
  });

  it('refuses columns without an annotation, and names them all', () => {
    const schema = SCHEMA.replace('/// @impersonal', '/// Where it stands.').replace(
      '/// @personal erased',
      '/// @personal',
    );
    expect(() => readTextColumns(schema)).toThrow(/Reader\.email, Reader\.shelf/);
  });

  it('does not take one column’s annotation for the next', () => {
    const schema = SCHEMA.replace('  age   Int', '  city String\n  age   Int');
    expect(() => readTextColumns(schema)).toThrow(/Reader\.city/);
  });

  it('refuses to keep something without a reason', () => {
    expect(() => readTextColumns(SCHEMA.replace('kept("tax law, ten years")', 'kept'))).toThrow(
      /Reader\.vatNumber/,
    );
  });
});
