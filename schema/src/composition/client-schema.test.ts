import { describe, expect, it } from '@jest/globals';
import { catalogSdl, librarySubgraphs, replacing } from '../../test-support/library-project.js';
import { buildClientSchema } from './client-schema.js';
import { composeSupergraph } from './compose-supergraph.js';

function clientSchemaOf(catalog: string) {
  const composition = composeSupergraph(librarySubgraphs({ catalog }));
  if (composition.type === 'failure')
    throw new Error(composition.errors.map(({ message }) => message).join('\n'));
  return buildClientSchema(composition.supergraphSdl);
}

function apiOf(catalog: string): string {
  const result = clientSchemaOf(catalog);
  if (result.type === 'failure') throw new Error(result.errors.map(({ message }) => message).join('\n'));
  return result.apiSdl;
}

describe('buildClientSchema', () => {
  it('keeps descriptions and deprecations and no federation machinery', () => {
    const api = apiOf(catalogSdl);
    expect(api).toContain('"""What is on the cover."""\n  title: String');
    expect(api).toContain('shelf: String @deprecated(reason: "Ask for the place.")');
    expect(api).not.toMatch(/join__|link__|@link|_entities|_service|@authenticated|requiresScopes|@key|@tag/);
  });

  it('is sorted by name', () => {
    const fields = [...apiOf(catalogSdl).matchAll(/^ {2}(\w+)(?:\(|:)/gm)].map(([, name]) => name);
    expect(fields.slice(0, 5)).toEqual(['isbn', 'loan', 'price', 'shelf', 'title']);
  });

  it.each([
    ['a field', 'price: Int', 'price: Int @tag(name: "internal")', 'price'],
    ['an argument', 'binding: Binding)', 'binding: Binding @tag(name: "internal"))', 'binding:'],
    ['an enum value', 'PAPERBACK', 'PAPERBACK @tag(name: "internal")', 'PAPERBACK'],
    [
      'a type',
      'enum Binding {',
      'type Auditor @tag(name: "internal") { id: ID }\n\nenum Binding {',
      'Auditor',
    ],
  ])('leaves out %s that is tagged internal', (_what, before, after, hidden) => {
    const tagged = replacing(catalogSdl, before, after);
    expect(apiOf(tagged.replaceAll('"internal"', '"other"'))).toContain(hidden);
    expect(apiOf(tagged)).not.toContain(hidden);
  });

  it('works for a service that renames @tag', () => {
    const renamed = catalogSdl
      .replace('"@tag"', '{ name: "@tag", as: "@label" }')
      .replace('price: Int', 'price: Int @label(name: "internal")');
    // Composition refuses a rename that only one of the services makes, so both make it here.
    const lending = librarySubgraphs()[1]!.sdl.replace('"@key",', '"@key", { name: "@tag", as: "@label" },');
    const composition = composeSupergraph(librarySubgraphs({ catalog: renamed, lending }));
    expect(composition).toMatchObject({ type: 'success' });
    const result =
      composition.type === 'success' ? buildClientSchema(composition.supergraphSdl) : composition;
    expect(result).toMatchObject({
      type: 'success',
      apiSdl: expect.not.stringContaining('price') as unknown,
    });
  });

  it('fails when a visible field gives a type that is tagged internal', () => {
    const tagged = replacing(catalogSdl, 'enum Binding {', 'enum Binding @tag(name: "internal") {');
    expect(clientSchemaOf(tagged)).toMatchObject({
      type: 'failure',
      errors: [{ code: 'REFERENCED_INACCESSIBLE', message: expect.stringContaining('Binding') as unknown }],
    });
  });
});
