import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ROOT } from '../root.js';
import { makeSecrets, SecretsFolderError } from './make-secrets.js';

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'supergraph-secrets-'));
  folder = join(parent, 'secrets');
});
afterEach(() => rmSync(parent, { recursive: true }));

const read = (name: string): string => readFileSync(join(folder, name), 'utf8').trim();

describe('makeSecrets', () => {
  it('makes secrets that differ, long ones, in a folder that only the user may enter', () => {
    const { written, kept } = makeSecrets(ROOT, folder);
    expect(kept).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual([...written].sort());
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const values = written.map(read);
    expect(new Set(values).size).toBe(values.length);
    expect(Math.min(...values.map(({ length }) => length))).toBeGreaterThanOrEqual(43);
  });

  it('puts the passwords into the connection URLs', () => {
    makeSecrets(ROOT, folder);
    const owner = new URL(read('payments_database_owner_url'));
    const service = new URL(read('payments_database_url'));
    expect([owner.username, owner.password]).toEqual(['payments_owner', read('payments_owner_password')]);
    expect([service.username, service.password]).toEqual([
      'payments_service',
      read('payments_service_password'),
    ]);
    expect([owner.host, owner.pathname]).toEqual(['payments-database:5432', '/payments_db']);
  });

  it('puts the broker’s passwords into the services’ addresses of it', () => {
    makeSecrets(ROOT, folder);
    const url = new URL(read('payments_nats_url'));
    expect([url.protocol, url.host]).toEqual(['nats:', 'nats:4222']);
    expect([url.username, url.password]).toEqual(['payments', read('payments_nats_password')]);
    expect(read('auth_nats_password')).not.toBe(read('payments_nats_password'));
    rmSync(join(folder, 'payments_nats_password'));
    expect(makeSecrets(ROOT, folder).written).toEqual(['payments_nats_password']);
    expect(read('payments_nats_password')).toBe(url.password);
  });

  it('keeps what is there, and makes what is missing to fit it', () => {
    makeSecrets(ROOT, folder);
    const before = read('auth_service_password');
    rmSync(join(folder, 'auth_database_url'));
    rmSync(join(folder, 'auth_owner_password'));
    const { written } = makeSecrets(ROOT, folder);
    expect([...written].sort()).toEqual(['auth_database_url', 'auth_owner_password']);
    expect(read('auth_service_password')).toBe(before);
    expect(new URL(read('auth_database_url')).password).toBe(before);
    expect(new URL(read('auth_database_owner_url')).password).toBe(read('auth_owner_password'));
  });

  it('writes nothing into a folder that others may enter', () => {
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    expect(() => makeSecrets(ROOT, folder)).toThrow(SecretsFolderError);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('does not touch a secret that somebody else wrote', () => {
    mkdirSync(folder, { mode: 0o700 });
    writeFileSync(
      join(folder, 'admin_database_url'),
      'postgresql://admin_service:p%40ss@db.example.com/admin_db\n',
    );
    makeSecrets(ROOT, folder);
    expect(read('admin_database_url')).toBe('postgresql://admin_service:p%40ss@db.example.com/admin_db');
    expect(read('admin_service_password')).toBe('p@ss');
  });
});
