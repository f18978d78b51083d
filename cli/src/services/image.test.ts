import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readServices } from '@supergraph/schema/services';
import { createProgram } from '../program.js';
import { ROOT } from '../root.js';
import { readComposeFile } from './testing/read-compose-file.js';

const services = readServices(ROOT);
const { compose, own } = readComposeFile();

describe('the image', () => {
  const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  const target = mkdtempSync(join(tmpdir(), 'supergraph-image-'));

  beforeAll(() => {
    execFileSync(process.execPath, [join(ROOT, 'deploy', 'collect-image-files.mjs'), target]);
  });
  afterAll(() => rmSync(target, { recursive: true }));

  it('has every program that a command or a health check runs', () => {
    for (const [name, { command, healthcheck }] of own) {
      const modules = [command, healthcheck?.test.slice(1) ?? []].flatMap((words) => {
        if (words.length === 0) return [];
        expect(words[0]).toBe('node');
        return [words[1]!];
      });
      for (const module of modules) {
        expect([name, module, existsSync(join(target, module))]).toEqual([name, module, true]);
      }
    }
  });

  it('understands the migration’s command', () => {
    const database = createProgram().commands.find((command) => command.name() === 'database');
    for (const { name } of services) {
      const { command } = compose.services[`${name}-migration`]!;
      expect(command.slice(2)).toEqual(['database', 'migrate', name]);
      expect(database!.commands.map((inner) => inner.name())).toContain('migrate');
    }
  });

  it('is built from files that exist and that the build may see', () => {
    const visible = readFileSync(join(ROOT, '.dockerignore'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    expect(visible.filter((path) => !path.includes('*') && !existsSync(join(ROOT, path)))).toEqual([]);
    const named = [...dockerfile.matchAll(/\bnode (\S+\.mjs)/g)].map(([, path]) => path!);
    expect(named.sort()).toEqual(['deploy/collect-image-files.mjs', 'scripts/build.mjs']);
    for (const path of [...named, 'package.json', 'package-lock.json', '.npmrc']) {
      expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
      expect(visible).toContain(path.split('/')[0]);
    }
    const stages = [...dockerfile.matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, stage]) => stage!);
    for (const [, source] of dockerfile.matchAll(/(?:--from=|^FROM )([a-z-]+)(?= |$)/gm)) {
      expect(stages).toContain(source);
    }
  });

  it('ends as an ordinary user, from a pinned base, with no secret given to it', () => {
    expect(dockerfile).toMatch(/^FROM node:\d+\.\d+\.\d+-[a-z]+-slim AS base$/m);
    expect(dockerfile.lastIndexOf('\nUSER node')).toBeGreaterThan(dockerfile.lastIndexOf('\nFROM '));
    expect(dockerfile).not.toMatch(/^(ARG|ENV) .*(SECRET|PASSWORD|TOKEN|KEY)/m);
  });

  it('installs what the lock file says: it holds the packages of every platform', () => {
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const held = new Set(Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, '')));
    const missing = Object.values(packages).flatMap(({ optionalDependencies }) =>
      Object.keys(optionalDependencies ?? {}).filter((name) => !held.has(name)),
    );
    // `npm ci` refuses a lock file with gaps, and `npm install` leaves them on the platforms concerned.
    expect(missing).toEqual([]);
  });
});
