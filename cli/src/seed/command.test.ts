import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runSeed, type SeedCommand } from './command.js';
import type { Output } from './progress-display.js';
import { startSeedDatabases, type SeedDatabases } from './test-support/databases.js';

let databases: SeedDatabases;
beforeAll(async () => {
  databases = await startSeedDatabases();
});
afterAll(() => databases?.stop());
beforeEach(() => databases.empty());

function capture(isTTY: boolean): { readonly stdout: Output; readonly text: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 120, rows: 40 });
  let written = '';
  stream.on('data', (chunk: Buffer) => (written += chunk.toString()));
  return { stdout: stream, text: () => written };
}

describe('runSeed', () => {
  const base = { replace: false, ownerUrls: {} };

  it.each([
    ['users', -5],
    ['users', 2],
    ['users', 1.5],
    ['users', 1e21],
    ['users', '10_000_001'],
    ['users', '10000001'],
    ['users', ''],
    ['payments', '-1'],
    ['payments', '1e3'],
    ['payments', '1,000'],
    ['payments', 'many'],
    ['payments', '100000001'],
    ['payments', '9'.repeat(40)],
    ['payments', NaN],
  ] as const)('refuses --%s %p', async (name, value) => {
    const { stdout, text } = capture(false);
    const command: SeedCommand = { ...base, stdout, users: 10, payments: 10, [name]: value };
    await expect(runSeed(command)).rejects.toThrow(new RegExp(`^--${name} must be a whole number from [03]`));
    expect(text()).toBe('');
  });

  it('writes plain lines where there is no terminal, and what it did', async () => {
    const { stdout, text } = capture(false);
    await runSeed({ ...base, ownerUrls: databases.ownerUrls, users: '20', payments: '50', stdout });
    expect(text()).toMatch(/^auth\.users +20 rows, [\d,]+ rows\/s, copied$/m);
    expect(text()).toMatch(/^payments\.payment_transitions +1\d\d rows, /m);
    expect(text()).toMatch(/^20 users and 50 payments: \d+ rows in \d+ s \([\d,]+ rows\/s\)\.$/m);
    // eslint-disable-next-line no-control-regex
    expect(text()).not.toMatch(/\u001b/);
  });

  it('draws a full bar for every table on a terminal', async () => {
    const { stdout, text } = capture(true);
    await runSeed({ ...base, ownerUrls: databases.ownerUrls, users: 3, payments: 0, stdout });
    for (const table of ['auth.users', 'profile.profiles', 'profile.preferences', 'payments.payments']) {
      expect(text()).toMatch(new RegExp(`${table} +█+ 100% \\| \\d+ \\| [\\d,]+ rows/s \\| copied`));
    }
  });

  it('ends on Ctrl-C with nothing written and no handler left', async () => {
    const { stdout, text } = capture(false);
    const handlers = process.listenerCount('SIGINT');
    const running = runSeed({
      ...base,
      ownerUrls: databases.ownerUrls,
      users: 3_000,
      payments: 100_000,
      stdout,
    });
    stdout.on('data', () => process.emit('SIGINT'));
    await expect(running).rejects.toThrow('Stopped: nothing was written.');
    expect(text()).not.toMatch(/in \d+ s/);
    expect(await databases.auth.query('SELECT FROM users')).toEqual([]);
    expect(await databases.payments.query('SELECT FROM payments LIMIT 1')).toEqual([]);
    expect(process.listenerCount('SIGINT')).toBe(handlers);
  });
});
