import { findOpenSide } from '@supergraph/platform/database';
import { readServices } from '@supergraph/schema/services';
import { ROOT } from '../root.js';
import type { DataFolder } from './data-folder.js';

/**
 * Finds the address of every service's tables as their owner: what the environment names, else what the running
 * system uses: of a service that has moved, that of the database it moved to.
 *
 * @throws when neither knows one
 */
export async function readOwnerUrls(folder: DataFolder): Promise<Readonly<Record<string, string>>> {
  const running = await openOwnerUrls(folder);
  const services = readServices(ROOT);
  const urls = Object.fromEntries(
    services.flatMap(({ name, environmentPrefix }) => {
      const url = process.env[`${environmentPrefix}_DATABASE_OWNER_URL`] ?? running[name];
      return url === undefined ? [] : [[name, url]];
    }),
  );
  if (Object.keys(urls).length < services.length) {
    const missing = services.filter(({ name }) => urls[name] === undefined);
    throw new Error(
      `Nothing runs here. Start the system in another terminal with \`npm start\`, or set ${missing
        .map(({ environmentPrefix }) => `${environmentPrefix}_DATABASE_OWNER_URL`)
        .join(', ')}.`,
    );
  }
  return urls;
}

/** The services whose addresses above are those of databases that the running system started itself. */
export function readOwnDatabases(folder: DataFolder): ReadonlyArray<string> {
  const own = folder.readRunning()?.ownDatabases ?? [];
  return readServices(ROOT)
    .filter(({ name, environmentPrefix }) => {
      return own.includes(name) && process.env[`${environmentPrefix}_DATABASE_OWNER_URL`] === undefined;
    })
    .map(({ name }) => name);
}

async function openOwnerUrls(folder: DataFolder): Promise<Readonly<Record<string, string>>> {
  const { ownerUrls = {}, nextOwnerUrls = {} } = folder.readRunning() ?? {};
  const open = await Promise.all(
    Object.entries(ownerUrls).map(async ([name, source]): Promise<[string, string]> => {
      const target = nextOwnerUrls[name];
      if (target === undefined) return [name, source];
      return [name, (await findOpenSide(name, { source, target })) === 'target' ? target : source];
    }),
  );
  return Object.fromEntries(open);
}
