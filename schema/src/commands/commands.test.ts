import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TemporaryProject } from '../../test-support/library-project.js';
import {
  createLibraryProject,
  lendingSdl,
  loansOperation,
  replacing,
} from '../../test-support/library-project.js';
import { checkProposal } from './check-proposal.js';
import type { CheckResult } from './check-result.js';
import { checkSchema } from './check-schema.js';
import { printCheckResult } from './print-report.js';
import { publishSchema } from './publish-schema.js';
import { writeComposition } from './write-composition.js';

let project: TemporaryProject;

beforeEach(async () => {
  project = await createLibraryProject();
  await writeComposition(project.root);
});

afterEach(() => project.remove());

const catalogFile = 'subgraphs/catalog/schema.graphql';
const lendingFile = 'subgraphs/lending/schema.graphql';

function codes({ findings }: Pick<CheckResult, 'findings'>): ReadonlyArray<string> {
  return findings.map(({ severity, code, subject }) => `${severity} ${code} ${subject}`);
}

/** Composes again after a change, so that drift is not what is found. */
async function checkComposed(): Promise<CheckResult> {
  expect(await writeComposition(project.root)).toMatchObject({ type: 'written' });
  return checkSchema(project.root);
}

describe('writeComposition', () => {
  it('writes the supergraph, the client schema and the plans, and says what changed', async () => {
    expect(await writeComposition(project.root)).toMatchObject({
      files: [{ change: 'unchanged' }, { change: 'unchanged' }, { change: 'unchanged' }],
    });
    await project.edit(
      catalogFile,
      'title: String',
      'title: String\n  "A line below it."\n  subtitle: String',
    );
    expect(await writeComposition(project.root)).toMatchObject({
      type: 'written',
      services: ['catalog', 'lending'],
      findings: [],
      files: [
        { file: 'schema/supergraph.graphql', change: 'updated' },
        { file: 'schema/api.graphql', change: 'updated' },
        { file: 'schema/operations/plans.json', change: 'unchanged' },
      ],
    });
    expect(await project.read('schema/api.graphql')).toContain('subtitle: String');
    expect(JSON.parse(await project.read('schema/operations/plans.json'))).toEqual({
      Loans: { services: ['catalog', 'lending'], fetches: 2, depth: 2 },
    });
  });

  it.each([
    ['an error', '@key(fields: "isbn")', '@key(fields: "isbm")', 'COMPOSITION_ERROR'],
    ['a hint', '"Something to read."', '"Something to lend."', 'COMPOSITION_HINT'],
  ])('writes nothing on %s', async (_what, before, after, code) => {
    const supergraph = await project.read('schema/supergraph.graphql');
    await project.edit(lendingFile, before, after);
    expect(await writeComposition(project.root)).toMatchObject({ type: 'refused', findings: [{ code }] });
    expect(await project.read('schema/supergraph.graphql')).toBe(supergraph);
  });

  it('composes what breaks a saved operation, and says so', async () => {
    await project.edit(catalogFile, 'title: String', 'name: String');
    const outcome = await writeComposition(project.root);
    expect(outcome).toMatchObject({ type: 'written', findings: [{ code: 'OPERATION_INVALID' }] });
  });
});

describe('checkSchema', () => {
  it('is fine with what was composed, and writes nothing', async () => {
    await publishSchema(project.root);
    const before = await project.read('schema/supergraph.graphql');
    expect(await checkSchema(project.root)).toMatchObject({ ok: true, findings: [], changes: [] });
    expect(await project.read('schema/supergraph.graphql')).toBe(before);
  });

  it('only warns while nothing is published', async () => {
    const result = await checkSchema(project.root);
    expect(result.ok).toBe(true);
    expect(codes(result)).toEqual(['warning NOT_PUBLISHED schema/published.graphql']);
  });

  it('fails on a key that is wrong, naming service and line', async () => {
    await project.edit(lendingFile, '@key(fields: "isbn")', '@key(fields: "isbm")');
    const result = await checkSchema(project.root);
    expect(result.ok).toBe(false);
    expect(codes(result)[0]).toMatch(/^error COMPOSITION_ERROR KEY_INVALID_FIELDS at lending:5:11/);
  });

  it('fails on a hint', async () => {
    await project.edit(lendingFile, '"Something to read."', '"Something to lend."');
    const result = await checkSchema(project.root);
    expect(codes(result)[0]).toMatch(/^error COMPOSITION_HINT INCONSISTENT_DESCRIPTION/);
  });

  it('fails on a crossing field that is not nullable', async () => {
    await project.edit(lendingFile, 'book: Book', 'book: Book!');
    const result = await checkComposedDespiteFindings();
    expect(codes(result)).toContain('error NON_NULL_CROSSING Loan.book (lending)');
    expect(result.ok).toBe(false);
  });

  it('fails on drift of each committed file', async () => {
    await project.edit(
      catalogFile,
      'title: String',
      'title: String\n  "A line below it."\n  subtitle: String',
    );
    expect(codes(await checkSchema(project.root))).toEqual([
      'error DRIFT schema/supergraph.graphql',
      'error DRIFT schema/api.graphql',
      'warning NOT_PUBLISHED schema/published.graphql',
    ]);
  });

  it('takes CRLF line ends for the same text', async () => {
    const text = await project.read('schema/api.graphql');
    await project.write('schema/api.graphql', text.replaceAll('\n', '\r\n'));
    expect((await checkSchema(project.root)).ok).toBe(true);
  });

  it('fails when a saved operation is planned otherwise, and shows both plans', async () => {
    await project.edit('schema/operations/Loans.graphql', '      title\n', '      isbn\n');
    const result = await checkSchema(project.root);
    expect(codes(result)).toContain('error PLAN_CHANGED Loans');
    expect(result.findings[0]?.message).toBe(
      'Its plan was "2 fetches, 2 deep: catalog, lending"; it is now "1 fetch, 1 deep: lending".',
    );
  });

  it('fails when plans.json names an operation that is no longer there', async () => {
    await project.edit('schema/operations/plans.json', '"Loans"', '"Loanss"');
    expect(codes(await checkSchema(project.root)).slice(0, 2)).toEqual([
      'error PLAN_CHANGED Loans',
      'error PLAN_CHANGED Loanss',
    ]);
  });

  it('fails on a saved operation that asks for what is not there', async () => {
    await publishSchema(project.root);
    await project.edit(catalogFile, '  "What is on the cover."\n  title: String\n', '');
    const result = await checkComposedDespiteFindings();
    expect(codes(result)).toEqual([
      'error OPERATION_INVALID Loans.graphql',
      'error BREAKING_CHANGE Book.title',
    ]);
    expect(result.findings[1]?.message).toContain('Used by Loans.');
  });

  it('warns of a dangerous change', async () => {
    await publishSchema(project.root);
    await project.edit(catalogFile, 'PAPERBACK\n', 'PAPERBACK\n  "Linen."\n  CLOTH\n');
    const result = await checkComposed();
    expect(result.ok).toBe(true);
    expect(codes(result)).toEqual(['warning DANGEROUS_CHANGE Binding.CLOTH']);
  });

  async function checkComposedDespiteFindings(): Promise<CheckResult> {
    await writeComposition(project.root);
    return checkSchema(project.root);
  }
});

describe('a breaking change', () => {
  const key = "FIELD_REMOVED: Field 'price' was removed from object type 'Book'";
  const acknowledge = (entries: ReadonlyArray<object>): Promise<void> =>
    project.write('schema/acknowledged-changes.json', JSON.stringify(entries));

  beforeEach(async () => {
    await publishSchema(project.root);
    await project.edit(
      catalogFile,
      '  "What the library paid."\n  price: Int @authenticated @requiresScopes(scopes: [["accounting"]])\n',
      '',
    );
  });

  it('fails the check and the publication', async () => {
    const result = await checkComposed();
    expect(codes(result)).toEqual(['error BREAKING_CHANGE Book.price']);
    const published = await project.read('schema/published.graphql');
    expect(await publishSchema(project.root)).toMatchObject({ type: 'refused', check: { ok: false } });
    expect(await project.read('schema/published.graphql')).toBe(published);
  });

  it('passes when it is acknowledged with the entry that the check prints, and a reason', async () => {
    const printed = printCheckResult(await checkComposed());
    const entry = JSON.parse(/\{"change".*\}/.exec(printed)?.[0] ?? '') as object;
    await acknowledge([entry]);
    expect(codes(await checkSchema(project.root))).toContain(
      'error ACKNOWLEDGEMENT_INVALID acknowledged-changes.json',
    );
    await acknowledge([{ ...entry, reason: 'The price is in the accounts now.' }]);
    expect(await checkSchema(project.root)).toMatchObject({
      ok: true,
      findings: [],
      changes: [{ key, criticality: 'breaking', acknowledged: true }],
    });
  });

  it('is part of the promise once it is published, and its acknowledgement is cleared', async () => {
    await acknowledge([{ change: key, reason: 'The price is in the accounts now.', date: '2026-11-02' }]);
    await checkComposed();
    expect(await publishSchema(project.root)).toMatchObject({
      type: 'published',
      first: false,
      changes: [{ key }],
      clearedAcknowledgements: 1,
    });
    expect(await project.read('schema/acknowledged-changes.json')).toBe('[]\n');
    expect(await project.read('schema/published.graphql')).toBe(await project.read('schema/api.graphql'));
    expect(await checkSchema(project.root)).toMatchObject({ ok: true, findings: [], changes: [] });
  });

  it('fails when what is acknowledged is another change', async () => {
    await acknowledge([{ change: key.replace('price', 'shelf'), reason: 'It moved.', date: '2026-11-02' }]);
    expect(codes(await checkComposed())).toEqual([
      'error BREAKING_CHANGE Book.price',
      'error ACKNOWLEDGEMENT_UNUSED acknowledged-changes.json',
    ]);
  });
});

describe('checkProposal', () => {
  const propose = (service: string, sdl: string, supergraphSdl?: string): Promise<CheckResult> =>
    checkProposal(project.root, { service, sdl, ...(supergraphSdl !== undefined && { supergraphSdl }) });

  beforeEach(() => publishSchema(project.root));

  it('is fine with a service as it is, against the committed SDLs and against the served supergraph', async () => {
    expect(await propose('lending', lendingSdl)).toMatchObject({
      ok: true,
      service: 'lending',
      findings: [],
    });
    const served = await project.read('schema/supergraph.graphql');
    expect(await propose('lending', lendingSdl, served)).toMatchObject({
      ok: true,
      findings: [],
      changes: [],
    });
  });

  it('finds what one service would break, and leaves the checkout alone', async () => {
    const before = await project.read(lendingFile);
    const result = await propose('lending', replacing(lendingSdl, 'loans: [Loan!]', 'lent: [Loan!]!'));
    expect(result.ok).toBe(false);
    expect(codes(result)).toEqual([
      'error NON_NULL_CROSSING Query.lent (lending)',
      'error OPERATION_INVALID Loans.graphql',
      'error BREAKING_CHANGE Query.loans',
    ]);
    expect(await project.read(lendingFile)).toBe(before);
  });

  it('composes with what the others serve, not with what they have committed', async () => {
    const served = await project.read('schema/supergraph.graphql');
    await project.edit(catalogFile, 'type Book @key(fields: "isbn")', 'type Book @key(fields: "title")');
    expect(await propose('lending', lendingSdl)).toMatchObject({ ok: false });
    expect(await propose('lending', lendingSdl, served)).toMatchObject({ ok: true, findings: [] });
  });

  it('accepts a service that is new', async () => {
    const reviews = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
      "Something to read."
      type Book @key(fields: "isbn") {
        "International number."
        isbn: ID!
        "What readers say."
        reviews: [String!]
      }`;
    expect(await propose('reviews', reviews)).toMatchObject({
      ok: true,
      services: ['catalog', 'lending', 'reviews'],
      changes: [{ criticality: 'safe', path: 'Book.reviews' }],
    });
    expect(await propose('reviews', replacing(reviews, '[String!]', '[String!]!'))).toMatchObject({
      ok: false,
      findings: [{ code: 'NON_NULL_CROSSING', subject: 'Book.reviews (reviews)' }],
    });
  });

  it('warns when another service is asked for a saved operation', async () => {
    const lending = replacing(
      lendingSdl,
      'isbn: ID!',
      'isbn: ID!\n  "What is on the cover."\n  title: String @shareable',
    );
    await project.edit(catalogFile, 'title: String', 'title: String @shareable');
    const result = await propose('lending', lending);
    expect(result.ok).toBe(true);
    expect(codes(result)).toEqual(['warning PLAN_CHANGED Loans']);
  });

  it('does not object to an acknowledgement that another proposal needs', async () => {
    await project.write(
      'schema/acknowledged-changes.json',
      JSON.stringify([{ change: 'FIELD_REMOVED: …', reason: 'Another service goes.', date: '2026-11-02' }]),
    );
    expect((await checkSchema(project.root)).ok).toBe(false);
    expect((await propose('lending', lendingSdl)).ok).toBe(true);
  });
});

describe('publishSchema', () => {
  it('publishes for the first time, and then only what moved', async () => {
    expect(await publishSchema(project.root)).toMatchObject({ type: 'published', first: true, changes: [] });
    expect(await publishSchema(project.root)).toMatchObject({ type: 'published', first: false, changes: [] });
    await project.edit(
      catalogFile,
      'title: String',
      'title: String\n  "A line below it."\n  subtitle: String',
    );
    await writeComposition(project.root);
    expect(await publishSchema(project.root)).toMatchObject({ changes: [{ path: 'Book.subtitle' }] });
    expect(await project.read('schema/published.graphql')).toContain('subtitle');
  });

  it('refuses what is not composed', async () => {
    await project.write('schema/operations/Loans.graphql', loansOperation.replace('title', 'isbn'));
    expect(await publishSchema(project.root)).toMatchObject({ type: 'refused' });
    await expect(project.read('schema/published.graphql')).rejects.toThrow('ENOENT');
  });
});
