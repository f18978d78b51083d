import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CheckResult } from '@supergraph/schema';
import { ask, signIn } from '../harness/graphql.js';
import { ROOT } from '../harness/root.js';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';

let system: SystemUnderTest | undefined;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'schema-usage-'));
  system = await startSystemUnderTest();
});
afterAll(async () => {
  await system?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function schema(...args: ReadonlyArray<string>): { status: number | null; output: string; errors: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'cli', 'dist', 'main.js'), 'schema', ...args],
    { encoding: 'utf8' },
  );
  return { status, output: stdout, errors: stderr };
}

describe('schema check --usage', () => {
  it('says of a field to be removed who still uses it', async () => {
    const endpoint = system?.endpoint ?? '';
    const token = await signIn(endpoint, 'admin@example.com');
    const headers = { 'apollographql-client-name': 'shop', 'apollographql-client-version': '7.1' };
    for (let time = 0; time < 5; time += 1) {
      const { errors } = await ask(endpoint, '{ users(first: 1) { edges { node { profile { bio } } } } }', {
        token,
        headers,
      });
      expect(errors).toBeUndefined();
    }
    const usage = join(folder, 'usage.json');
    const gathered = schema('usage', `${new URL(endpoint).origin}/usage`, '--file', usage);
    expect(gathered).toMatchObject({ status: 0, errors: '' });
    expect(schema('usage', `${new URL(endpoint).origin}/usage`, '--file', usage).status).toBe(0);

    const before = readFileSync(join(ROOT, 'subgraphs', 'profile', 'schema.graphql'), 'utf8');
    const proposed = join(folder, 'profile.graphql');
    const without = before
      .replace(/^ {2}"[^"]*"\n {2}bio: .*$/m, '')
      .replace(/^ {2}"[^"]*"\n {2}avatarUrl: .*$/m, '');
    writeFileSync(proposed, without);
    const checked = schema('check', '--service', 'profile', '--sdl', proposed, '--usage', usage, '--json');
    const { changes, findings } = JSON.parse(checked.output) as CheckResult;
    const usageOf = (path: string) => changes.find((change) => change.path === path)?.usage;
    expect(usageOf('Profile.bio')).toMatchObject({ coordinate: 'Profile.bio', count: 5 });
    expect(usageOf('Profile.bio')?.clients).toContainEqual(
      expect.objectContaining({ client: 'shop', clientVersion: '7.1', count: 3 }),
    );
    expect(usageOf('Profile.avatarUrl')).toMatchObject({ count: 0, clients: [] });
    const messages = findings.map(({ message }) => message).join('\n');
    expect(messages).toMatch(/Clients used Profile\.bio 5 times .*shop 7\.1 \(3, last on /);
    expect(messages).toContain('No client used Profile.avatarUrl ');
  });

  it('says what it cannot read', () => {
    const missing = schema('check', '--usage', join(folder, 'nowhere.json'));
    expect(missing.status).toBe(1);
    expect(missing.errors).toContain('nowhere.json cannot be read');
    const wrong = schema('check', '--usage', join(ROOT, 'package.json'));
    expect(wrong.status).toBe(1);
    expect(wrong.errors).toContain('holds no report of use');
  });
});
