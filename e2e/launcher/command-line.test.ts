import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { supergraph } from '../harness/launcher.js';

/** The commands that a help text lists, `help` aside. */
function commandsOf(help: string): ReadonlyArray<string> {
  const [, list = ''] = help.split('\nCommands:\n');
  return [...list.matchAll(/^ {2}([a-z-]+)/gm)].flatMap(([, name = '']) => (name === 'help' ? [] : [name]));
}

describe('--help', () => {
  it('of every command says what it does and explains each option', async () => {
    const seen: string[] = [];
    const commands: string[][] = [[]];
    for (let command = commands.shift(); command !== undefined; command = commands.shift()) {
      const { status, stdout, stderr } = await supergraph([...command, '--help']);
      expect([command, status, stderr]).toEqual([command, 0, '']);
      const [usage, , description] = stdout.split('\n');
      expect(usage).toMatch(new RegExp(`^Usage: ${['supergraph', ...command].join(' ')} `));
      expect(description).toMatch(/^[A-Z].{15,}/);
      // An argument's or an option's line goes on with words, behind two spaces.
      for (const [line] of stdout.matchAll(/^ {2}[-a-z].*$/gm)) {
        expect(line).toMatch(/^ {2}\S+.*? {2,}\w/);
      }
      for (const name of commandsOf(stdout)) {
        seen.push([...command, name].join(' '));
        commands.push([...command, name]);
      }
    }
    expect(seen).toEqual(
      expect.arrayContaining(['up', 'dev', 'status', 'seed', 'schema check', 'database migrate']),
    );
  });
});

describe('what cannot be understood', () => {
  it.each([
    [['bogus'], "unknown command 'bogus'"],
    [['schema', 'bogus'], "unknown command 'bogus'"],
    [['up', '--bogus'], "unknown option '--bogus'"],
    [['up', 'extra'], 'too many arguments'],
    [['up', '--topology', 'round'], 'Allowed choices are separate, shared'],
    [['up', '--port', 'abc'], 'Give a port'],
    [['up', '--port', '65536'], 'Give a port'],
    [['up', '--port'], 'argument missing'],
    [['seed', '--users', '-1'], 'Give a whole number'],
    [['schema', 'check', '--service', 'auth'], 'Give --service and --sdl together'],
    [['database', 'new'], "missing required argument 'service'"],
  ])('%j is answered with why and with help', async (parameters, why) => {
    const { status, stdout, stderr } = await supergraph(parameters);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(why);
    expect(stderr).toContain('Usage: supergraph');
  });

  it('is answered with help when nothing is asked', async () => {
    const { status, stderr } = await supergraph([]);
    expect(status).toBe(1);
    expect(stderr).toContain('Usage: supergraph');
  });

  it('is a variable of the environment, too', async () => {
    const { status, stderr } = await supergraph(['up'], { environment: { ROUTER_PORT: 'abc' } });
    expect([status, stderr.split('\n')[0]]).toEqual([
      1,
      "error: option '--port <number>' value 'abc' from env 'ROUTER_PORT' is invalid. Give a port: a whole number from 0 to 65535.",
    ]);
  });

  it.each([
    [
      ['database', 'migrate', 'bogus'],
      'There is no service bogus. There are: auth, profile, payments, admin.\n',
    ],
    [
      ['database', 'new', 'auth', 'Bad Name'],
      'Name the change in lower case and underscores, such as add_due_date.\n',
    ],
  ])('%j is answered in one line', async (parameters, line) => {
    expect(await supergraph(parameters)).toEqual({ status: 1, signal: null, stdout: '', stderr: line });
  });
});

describe('database migrate', () => {
  it('says which variables it needs', async () => {
    const { status, stderr } = await supergraph(['database', 'migrate', 'auth']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/AUTH_DATABASE_OWNER_URL.*\n.*AUTH_DATABASE_URL/);
  });
});

describe('a data folder', () => {
  it.each([['status'], ['seed']])('that nothing runs on: %s says how to start', async (command) => {
    const folder = mkdtempSync(join(tmpdir(), 'supergraph-empty-'));
    const { status, stdout, stderr } = await supergraph([command, '--data', folder]);
    expect(status).toBe(1);
    expect(stdout + stderr).toContain('Nothing runs here. Start');
    expect(stdout + stderr).toContain('npm start');
    rmSync(folder, { recursive: true });
  });

  it('whose secrets are damaged is told as that', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'supergraph-damaged-'));
    writeFileSync(join(folder, 'secrets.json'), '{"AUTH');
    const { status, stderr } = await supergraph(['up', '--data', folder, '--port', '0']);
    expect(status).toBe(1);
    expect(stderr).toContain('secrets.json is damaged');
    expect(stderr).not.toContain('    at ');
    rmSync(folder, { recursive: true });
  });
});
