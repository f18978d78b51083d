import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readServices, routingUrl, ServicesFileError } from './services.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'services-'));
  await mkdir(join(root, 'subgraphs'));
});

afterEach(() => rm(root, { recursive: true }));

const catalog = { name: 'catalog', port: 5001, database: 'catalog_db', databasePort: 5101, calls: [] };
const inter_library = {
  name: 'inter_library',
  port: 5002,
  database: 'lending_db',
  databasePort: 5102,
  calls: ['catalog'],
};

async function writeList(list: unknown): Promise<void> {
  await writeFile(
    join(root, 'subgraphs', 'services.json'),
    typeof list === 'string' ? list : JSON.stringify(list),
  );
}

describe('readServices', () => {
  it('gives each service with its files and its environment prefix, in the order of the list', async () => {
    await writeList([inter_library, catalog]);
    const services = readServices(root);
    expect(services.map(({ name }) => name)).toEqual(['inter_library', 'catalog']);
    expect(services[0]).toEqual({
      ...inter_library,
      listensTo: [],
      secrets: [],
      folder: join(root, 'subgraphs', 'inter_library'),
      sdlFile: join(root, 'subgraphs', 'inter_library', 'schema.graphql'),
      environmentPrefix: 'INTER_LIBRARY',
    });
    expect(routingUrl(services[0]!)).toBe('http://localhost:5002/graphql');
  });

  it('takes a service that calls nobody without saying so', async () => {
    await writeList([{ name: 'catalog', port: 5001, database: 'catalog_db', databasePort: 5101 }]);
    expect(readServices(root)[0]?.calls).toEqual([]);
  });

  it.each([
    [
      'a name that is used twice',
      [catalog, { ...inter_library, name: 'catalog', calls: [] }],
      'the name catalog is used twice',
    ],
    [
      'a port that a service and a database share',
      [catalog, { ...inter_library, databasePort: 5001 }],
      'the port 5001 is used twice',
    ],
    [
      'a database that is used twice',
      [catalog, { ...inter_library, database: 'catalog_db' }],
      'the database catalog_db is used twice',
    ],
    [
      'a call to nobody',
      [{ ...catalog, calls: ['archive'] }],
      '"catalog" calls "archive", which is not in the list',
    ],
    ['a call to itself', [{ ...catalog, calls: ['catalog'] }], '"catalog" calls itself'],
    [
      'a service that listens to itself',
      [{ ...catalog, listensTo: ['catalog'] }],
      '"catalog" listens to itself',
    ],
    [
      'a service that listens to a stranger',
      [{ ...catalog, listensTo: ['archive'] }],
      '"catalog" listens to "archive"',
    ],
    [
      'a name that is no identifier',
      [{ ...catalog, name: '../etc' }],
      'service 1 › name: use lower-case letters',
    ],
    ['a port out of range', [{ ...catalog, port: 70_000 }], 'service 1 › port'],
    ['a misspelt member', [{ ...catalog, prot: 1 }], 'prot'],
    ['an empty list', [], 'name at least one service'],
    ['no list', { catalog }, 'the list'],
    ['no JSON', '[{', 'is not valid JSON'],
  ])('refuses %s', async (_what, list, message) => {
    await writeList(list);
    expect(() => readServices(root)).toThrow(ServicesFileError);
    expect(() => readServices(root)).toThrow(message);
  });

  it('lists all mistakes at once', async () => {
    await writeList([catalog, { ...catalog, calls: ['archive'] }]);
    expect(() => readServices(root)).toThrow(
      /name catalog[^]*port 5001[^]*port 5101[^]*database catalog_db[^]*archive/,
    );
  });

  it('says which file is missing', () => {
    expect(() => readServices(root)).toThrow(/services\.json cannot be read/);
  });
});
