import Table from 'cli-table3';
import { DEMO_LOGINS, DEMO_PASSWORD } from '../seed/demo-logins.js';
import type { RunningSystem } from '../launcher/system.js';

const FIRST_QUERY = `curl -s ${'{url}'}/graphql -H 'content-type: application/json' -d '{"query":"mutation { login(input: { email: \\"customer@example.com\\", password: \\"${DEMO_PASSWORD}\\" }) { ... on SignedIn { accessToken user { name profile { handle } payments(first: 3) { edges { node { amount { amount currency } status } } } } } } }"}'`;

/** What a person needs once the system is up: addresses, logins, a first query to paste. */
export function describeSystem(system: RunningSystem): string {
  const addresses = new Table({ head: ['', 'address', 'database'], style: { head: [], border: [] } });
  addresses.push(
    ['router', `${system.routerUrl}/graphql`, ''],
    ['sandbox', `${system.routerUrl}/`, ''],
    ...system.services.map(({ service, process, databaseUrls }) => [
      service.name,
      `${process.url}/graphql`,
      describeDatabase(databaseUrls.serviceUrl),
    ]),
  );
  const logins = new Table({ head: ['login', 'role', ''], style: { head: [], border: [] } });
  logins.push(...DEMO_LOGINS.map(({ email, role, hint }) => [email, role, hint]));
  return [
    '',
    addresses.toString(),
    '',
    logins.toString(),
    `password of each: ${DEMO_PASSWORD}`,
    '',
    'A first query to paste:',
    FIRST_QUERY.replace('{url}', system.routerUrl),
    '',
    `Logs are in ${system.folder.path}/logs. Ctrl-C ends all of it.`,
    '',
  ].join('\n');
}

function describeDatabase(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port}${pathname}`;
}
