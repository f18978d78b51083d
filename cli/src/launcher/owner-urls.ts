import { readServices } from '@supergraph/schema/services';
import { ROOT } from '../root.js';
import type { DataFolder } from './data-folder.js';

/**
 * Finds the address of every service's tables as their owner: what the environment names, else what the running
 * system uses.
 *
 * @throws when neither knows one
 */
export function readOwnerUrls(folder: DataFolder): Readonly<Record<string, string>> {
  const running = folder.readRunning()?.ownerUrls ?? {};
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
