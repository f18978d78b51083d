import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { replacing } from '../../test-support/library-project.js';
import { readServices } from '../services.js';
import { checkProposal } from './check-proposal.js';
import { checkSchema } from './check-schema.js';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'committed-graph-'));
  const schemaFiles = [
    'supergraph.graphql',
    'api.graphql',
    'published.graphql',
    'operations',
    'acknowledged-changes.json',
  ];
  const sdls = readServices(repository).map(({ sdlFile }) => relative(repository, sdlFile));
  for (const file of [
    ...schemaFiles.map((name) => join('schema', name)),
    'subgraphs/services.json',
    ...sdls,
  ]) {
    await cp(join(repository, file), join(root, file), { recursive: true });
  }
});

afterEach(() => rm(root, { recursive: true }));

async function edit(service: string, before: string, after: string): Promise<void> {
  const file = join(root, 'subgraphs', service, 'schema.graphql');
  await writeFile(file, replacing(await readFile(file, 'utf8'), before, after));
}

async function found(): Promise<ReadonlyArray<string>> {
  const { findings } = await checkSchema(root);
  return findings
    .filter(({ severity }) => severity === 'error')
    .map(({ code, subject }) => `${code} ${subject}`);
}

describe('the committed graph', () => {
  it('passes its check', async () => {
    expect(await checkSchema(root)).toMatchObject({ ok: true, findings: [] });
  });

  it('fails on a removed field', async () => {
    await edit(
      'payments',
      '  "What it is for, in the payer\'s words."\n  description: String @cacheControl(maxAge: 0)\n',
      '',
    );
    expect(await found()).toContain('BREAKING_CHANGE Payment.description');
  });

  it('fails on a wrong key', async () => {
    await edit('payments', 'type User @key(fields: "id")', 'type User @key(fields: "userId")');
    expect((await found()).join('\n')).toContain('COMPOSITION_ERROR KEY_INVALID_FIELDS');
  });

  it.each([
    ['payments', '  user: User @provides', '  user: User! @provides', 'Payment.user (payments)'],
    [
      'payments',
      'paymentSummary: PaymentSummary',
      'paymentSummary: PaymentSummary!',
      'User.paymentSummary (payments)',
    ],
    ['auth', '  email: String\n', '  email: String!\n', 'User.email (auth)'],
    ['admin', 'updatedBy: User', 'updatedBy: User!', 'Setting.updatedBy (admin)'],
    ['profile', 'profile: Profile', 'profile: Profile!', 'User.profile (profile)'],
  ])('fails on a non-null field that crosses a boundary: %s %s', async (service, before, after, subject) => {
    await edit(service, before, after);
    expect(await found()).toContain(`NON_NULL_CROSSING ${subject}`);
  });

  it('accepts every service as it is against the committed supergraph', async () => {
    const supergraphSdl = await readFile(join(root, 'schema', 'supergraph.graphql'), 'utf8');
    for (const { name, sdlFile } of readServices(root)) {
      const sdl = await readFile(sdlFile, 'utf8');
      expect(await checkProposal(root, { service: name, sdl, supergraphSdl })).toMatchObject({
        ok: true,
        findings: [],
      });
    }
  });
});
