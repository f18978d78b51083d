import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { buildTestProgram } from '../testing/test-program.js';
import { ConfigurationError } from './configuration-error.js';
import { readEnvironment } from './environment.js';
import { booleanVariable, portVariable, secretVariable, urlListVariable, urlVariable } from './variables.js';

const folder = mkdtempSync(join(tmpdir(), 'supergraph-environment-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileWith(text: string): string {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.txt`);
  writeFileSync(path, text);
  return path;
}

function mistakesOf(read: () => unknown): ReadonlyArray<string> {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as ConfigurationError).mistakes;
  }
  throw new Error('There should be mistakes.');
}

describe('readEnvironment', () => {
  const secret = 'a-secret-of-more-than-32-characters-0';

  it('reads a variable from itself or from the file that NAME_FILE names, without the line end', () => {
    const shape = { DIRECT: z.string(), STORED: secretVariable() };
    expect(readEnvironment(shape, { DIRECT: 'text', STORED_FILE: fileWith(`${secret}\n`) })).toEqual({
      DIRECT: 'text',
      STORED: secret,
    });
  });

  it('takes an empty variable for an absent one', () => {
    const shape = { PORT: portVariable().default(4001), NOTE: z.string().optional(), KEY: secretVariable() };
    const source = { PORT: '', NOTE: '', KEY: '', KEY_FILE: fileWith(secret) };
    expect(readEnvironment(shape, source)).toEqual({ PORT: 4001, NOTE: undefined, KEY: secret });
    expect(mistakesOf(() => readEnvironment({ KEY: secretVariable() }, { KEY: '' }))).toEqual([
      'KEY is not set. It is needed: a random secret of 32 characters or more.',
    ]);
  });

  it('tells what is wrong with a file once: unreadable, empty, or beside the variable', () => {
    const [gone, empty, full] = [join(folder, 'gone'), fileWith(' \n'), fileWith(secret)];
    const shape = { GONE: secretVariable(), EMPTY: secretVariable(), BOTH: secretVariable() };
    expect(
      mistakesOf(() =>
        readEnvironment(shape, { GONE_FILE: gone, EMPTY_FILE: empty, BOTH: secret, BOTH_FILE: full }),
      ),
    ).toEqual([
      `GONE_FILE names ${gone}, which cannot be read (ENOENT).`,
      `EMPTY_FILE names ${empty}, which is empty.`,
      'BOTH and BOTH_FILE are both set; give one of them.',
    ]);
    expect(mistakesOf(() => readEnvironment({ GONE: secretVariable() }, { GONE_FILE: folder }))).toEqual([
      `GONE_FILE names ${folder}, which cannot be read (EISDIR).`,
    ]);
  });

  it('tells every mistake at once and repeats no value', () => {
    const shape = {
      MISSING: z.string(),
      PORT: portVariable(),
      KEY: secretVariable(),
      URL: urlVariable(),
      URLS: urlListVariable(),
      FLAG: booleanVariable(),
      MODE: z.enum(['embedded', 'production']),
    };
    const source = {
      PORT: 'hunter2-port',
      KEY: 'hunter2-key',
      URL: 'ftp://hunter2-url',
      URLS: 'http://a,hunter2-urls',
      FLAG: 'hunter2-flag',
      MODE: 'hunter2-mode',
    };
    const mistakes = mistakesOf(() => readEnvironment(shape, source));
    expect(mistakes.map((mistake) => mistake.split(/[: ]/)[0]).sort()).toEqual(Object.keys(shape).sort());
    expect(mistakes.join('\n')).not.toContain('hunter2');
  });

  it.each(['abc', '1e3', '0x10', '-1', '65536', '3.5', ' 80', '99999999999999999999', 'Infinity', '٣'])(
    'refuses %j as a port',
    (text) => {
      expect(mistakesOf(() => readEnvironment({ PORT: portVariable() }, { PORT: text }))).toEqual([
        'PORT: must be a whole number of 0 to 65535, in digits',
      ]);
    },
  );

  it.each(['0', '80', '65535'])('takes %j as a port', (text) => {
    expect(readEnvironment({ PORT: portVariable() }, { PORT: text })).toEqual({ PORT: Number(text) });
  });

  it.each(['http://a,', 'http://a,,http://b', 'a', 'http://a,javascript:alert(1)'])(
    'refuses %j as a list of addresses',
    (text) => {
      expect(mistakesOf(() => readEnvironment({ URLS: urlListVariable() }, { URLS: text }))).toHaveLength(1);
    },
  );

  it('reads addresses without the slash at their end', () => {
    const shape = { URL: urlVariable(), URLS: urlListVariable() };
    expect(readEnvironment(shape, { URL: 'http://a/b//', URLS: 'http://a/graphql , https://b' })).toEqual({
      URL: 'http://a/b',
      URLS: ['http://a/graphql', 'https://b'],
    });
  });
});

describe('configureOrExit', () => {
  const run = async (work: string): Promise<{ status: number | null; output: string }> => {
    const program = await buildTestProgram(`
      import { configureOrExit, ConfigurationError } from './configuration/index.js';
      configureOrExit(() => { ${work} });
    `);
    try {
      const running = program.start();
      const { status } = await running.ended;
      return { status, output: running.output() };
    } finally {
      await program.remove();
    }
  };

  it('ends the process with status 1 and the list alone', async () => {
    expect(await run(`throw new ConfigurationError(['A is not set.', 'B is wrong.']);`)).toEqual({
      status: 1,
      output:
        'The configuration has mistakes:\n  - A is not set.\n  - B is wrong.\n' +
        'See .env.example for every variable and its default.\n',
    });
  });

  it('does not take another error for a mistake of the configuration', async () => {
    const { status, output } = await run(`throw new TypeError('a bug');`);
    expect(status).toBe(1);
    expect(output).toContain('TypeError: a bug');
    expect(output).not.toContain('.env.example');
  });
});
