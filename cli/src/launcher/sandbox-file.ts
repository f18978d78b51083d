import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataFolder } from './data-folder.js';
import { DEMO_LOGINS, DEMO_PASSWORD } from '../seed/demo-logins.js';
import { OPERATION_EXAMPLES } from './sandbox-examples.js';

const LOGIN = /* GraphQL */ `
  mutation Login($input: LoginInput!) {
    login(input: $input) {
      ... on SignedIn {
        accessToken
      }
      ... on Problem {
        message
      }
    }
  }
`;

/**
 * Writes what the sandbox shows of this system: the demo logins and the saved operations as examples.
 *
 * @returns the file's path, for `ROUTER_SANDBOX_SETTINGS_FILE`
 */
export function writeSandboxFile(folder: DataFolder, root: string): string {
  const operations = join(root, 'schema', 'operations');
  return folder.write(
    'sandbox.json',
    `${JSON.stringify(
      {
        title: 'Supergraph',
        logins: DEMO_LOGINS.map(({ label, email, hint }) => ({
          label,
          hint,
          document: LOGIN,
          variables: { input: { email, password: DEMO_PASSWORD } },
          tokenPath: 'login.accessToken',
        })),
        examples: readdirSync(operations)
          .filter((file) => file.endsWith('.graphql'))
          .map((file) => file.replace(/\.graphql$/, ''))
          .sort(inOrderOfExamples)
          .map((name) => readExample(operations, name)),
      },
      null,
      2,
    )}\n`,
  );
}

/** Operations that are not described here come last, by name. */
function inOrderOfExamples(one: string, other: string): number {
  const order = Object.keys(OPERATION_EXAMPLES);
  const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return place(one) - place(other) || one.localeCompare(other, 'en');
}

function readExample(
  folder: string,
  name: string,
): { name: string; document: string; description?: string; variables?: string } {
  const document = readFileSync(join(folder, `${name}.graphql`), 'utf8');
  const { description, variables } = OPERATION_EXAMPLES[name] ?? {};
  return {
    name,
    document,
    ...(description === undefined ? {} : { description }),
    ...(variables === undefined ? {} : { variables: JSON.stringify(variables, null, 2) }),
  };
}
