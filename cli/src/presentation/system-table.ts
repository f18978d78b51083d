import Table from 'cli-table3';
import { DEMO_LOGINS, DEMO_PASSWORD } from '../seed/demo-logins.js';
import type { RunningSystem } from '../launcher/system.js';

/** Lines between the rows make a short table long. */
export const TABLE_STYLE = {
  style: { head: [], border: [] },
  chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
};

/** Two lines for a shell: sign in, then ask one question of all four services. */
function firstQuery(endpoint: string): string {
  const ask = `curl -s ${endpoint} -H 'content-type: application/json'`;
  const login = `mutation { login(input: { email: \\"customer@example.com\\", password: \\"${DEMO_PASSWORD}\\" }) { ... on SignedIn { accessToken } } }`;
  const query =
    '{ me { name profile { handle } payments(first: 2) { edges { node { amount { amount currency } recipient { name } } } } } }';
  return [
    `TOKEN=$(${ask} -d '{"query":"${login}"}' | sed 's/.*accessToken":"\\([^"]*\\).*/\\1/')`,
    `${ask} -H "authorization: Bearer $TOKEN" -d '{"query":"${query}"}'`,
  ].join('\n');
}

/** What a person needs once the system is up: addresses, logins, a first query to paste. */
export function describeSystem(system: RunningSystem): string {
  const addresses = new Table({ head: ['', 'address', 'database'], ...TABLE_STYLE });
  addresses.push(
    ['router', `${system.routerUrl}/graphql`, ''],
    ['sandbox', `${system.routerUrl}/`, ''],
    ['mails, webhooks', `${system.developerUrl}/`, ''],
    ...system.services.map(({ service, process, databaseUrls }) => [
      service.name,
      `${process.url}/graphql`,
      describeDatabase(databaseUrls.serviceUrl),
    ]),
  );
  const logins = new Table({ head: ['login', 'role', ''], ...TABLE_STYLE });
  logins.push(...DEMO_LOGINS.map(({ email, role, hint }) => [email, role, hint]));
  return [
    '',
    addresses.toString(),
    '',
    logins.toString(),
    `password of each: ${DEMO_PASSWORD}`,
    '',
    'A first query to paste:',
    firstQuery(`${system.routerUrl}/graphql`),
    '',
    `Logs are in ${system.folder.path}/logs. Ctrl-C ends all of it.`,
    '',
  ].join('\n');
}

function describeDatabase(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port}${pathname}`;
}
