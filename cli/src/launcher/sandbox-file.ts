import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataFolder } from './data-folder.js';
import { DEMO_LOGINS, DEMO_PASSWORD } from '../seed/demo-logins.js';

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
          .sort()
          .map((file) => readExample(join(operations, file), file.replace(/\.graphql$/, ''))),
      },
      null,
      2,
    )}\n`,
  );
}

/** The comment at the top of an operation's file describes it. */
function readExample(file: string, name: string): { name: string; description?: string; document: string } {
  const document = readFileSync(file, 'utf8');
  const comment = /^(?:#.*\n)+/.exec(document)?.[0];
  return {
    name,
    ...(comment === undefined
      ? {}
      : { description: comment.replaceAll(/^# ?/gm, '').trim().replaceAll('\n', ' ') }),
    document,
  };
}
