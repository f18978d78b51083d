import type pg from 'pg';

import { withConnection } from './connection.js';
import { ProvisioningError } from './errors.js';
import { identifier, literal, scramVerifier } from './sql-text.js';

/**
 * Settings of a service's role: a statement or a lock that hangs must not hold up everybody else; and moments are in
 * UTC, because Prisma's adapter writes and reads them without an offset.
 */
export const serviceSettings: Readonly<Record<string, string>> = {
  timezone: 'UTC',
  statement_timeout: '10s',
  idle_in_transaction_session_timeout: '15s',
  lock_timeout: '5s',
};

/** What a role may not be when it is to do only what it was granted. */
const plainRole = 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS';

export interface ServiceRoleOptions {
  /** Connection URL as the owner of the schema. */
  readonly ownerUrl: string;
  readonly schema: string;
  readonly serviceRole: string;
  readonly servicePassword: string;
}

/** The statements that make a service's role, in the order to run them. Running them again changes nothing. */
export function serviceRoleStatements(options: {
  readonly exists: boolean;
  readonly database: string;
  readonly schema: string;
  readonly serviceRole: string;
  /** What follows the word PASSWORD: a quoted string. */
  readonly quotedPassword: string;
}): ReadonlyArray<string> {
  const role = identifier(options.serviceRole);
  const database = identifier(options.database);
  return [
    `${options.exists ? 'ALTER' : 'CREATE'} ROLE ${role} ${plainRole} PASSWORD ${options.quotedPassword}`,
    ...Object.entries(serviceSettings).map(
      ([name, value]) => `ALTER ROLE ${role} SET ${name} = ${literal(value)}`,
    ),
    `ALTER ROLE ${role} IN DATABASE ${database} SET search_path = ${identifier(options.schema)}`,
    `GRANT CONNECT ON DATABASE ${database} TO ${role}`,
  ];
}

/**
 * Makes the service's role on a server whose superuser is not at hand, when the owner may create roles, and verifies
 * it otherwise.
 *
 * @throws ProvisioningError `SERVICE_ROLE_MISSING` or `SERVICE_ROLE_UNFIT` with the SQL that an administrator must run
 */
export async function ensureServiceRole(options: ServiceRoleOptions): Promise<void> {
  await withConnection(options.ownerUrl, async (client) => {
    const { rows } = await client.query<{ may: boolean; exists: boolean; database: string }>(
      `SELECT rolsuper OR rolcreaterole AS may, to_regrole($1) IS NOT NULL AS exists, current_database() AS database
         FROM pg_roles WHERE rolname = current_user`,
      [identifier(options.serviceRole)],
    );
    const [state] = rows;
    if (state?.exists === false && state.may) {
      const quotedPassword = literal(scramVerifier(options.servicePassword));
      await client.query(
        serviceRoleStatements({ ...options, exists: false, database: state.database, quotedPassword }).join(
          ';\n',
        ),
      );
    }
    await requireServiceRole(client, options.schema, options.serviceRole);
  });
}

/**
 * Verifies that the role exists, is bound to what it was granted, and finds its schema.
 *
 * @throws ProvisioningError `SERVICE_ROLE_MISSING`, `SERVICE_ROLE_UNFIT`
 */
export async function requireServiceRole(
  client: pg.Client,
  schema: string,
  serviceRole: string,
): Promise<void> {
  const { rows } = await client.query<{
    database: string;
    owner: string;
    exists: boolean;
    powerful: boolean;
    is_owner: boolean;
    may_login: boolean;
    settings: ReadonlyArray<string>;
  }>(
    `SELECT current_database() AS database, current_user AS owner, r.oid IS NOT NULL AS exists,
            r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls AS powerful,
            pg_has_role(r.oid, current_user, 'MEMBER') AS is_owner, r.rolcanlogin AS may_login,
            ARRAY(SELECT unnest(s.setconfig) FROM pg_db_role_setting s
                   WHERE s.setrole = r.oid AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
            ) AS settings
       FROM (VALUES ($1::text)) AS wanted (name) LEFT JOIN pg_roles r ON r.rolname = wanted.name`,
    [serviceRole],
  );
  const [found] = rows;
  if (found === undefined) throw new Error('PostgreSQL answered a query for one row with none.');
  const fail = (code: 'SERVICE_ROLE_MISSING' | 'SERVICE_ROLE_UNFIT', why: string): never => {
    const statements = serviceRoleStatements({
      exists: found.exists,
      database: found.database,
      schema,
      serviceRole,
      quotedPassword: `'<the password in the service's connection URL>'`,
    });
    throw new ProvisioningError(
      code,
      `${why} The owner "${found.owner}" may not change that: an administrator of the server must run in the database "${found.database}":\n\n${statements.join(';\n')};\n`,
    );
  };
  if (!found.exists) fail('SERVICE_ROLE_MISSING', `The role "${serviceRole}" does not exist.`);
  if (found.is_owner || found.powerful) {
    throw new ProvisioningError(
      'SERVICE_ROLE_UNFIT',
      `The role "${serviceRole}" could do more than its service needs: it ${
        found.is_owner
          ? `is the owner "${found.owner}" or a member of it`
          : 'may change roles, databases or replication'
      }. Give the service a plain role of its own in its connection URL.`,
    );
  }
  if (!found.may_login) fail('SERVICE_ROLE_UNFIT', `The role "${serviceRole}" may not log in.`);
  // PostgreSQL keeps a setting's name as its catalogue spells it: TimeZone.
  const names = found.settings.map((setting) => setting.slice(0, setting.indexOf('=')).toLowerCase());
  const missing = ['search_path', ...Object.keys(serviceSettings)].filter((name) => !names.includes(name));
  if (missing.length > 0) {
    fail('SERVICE_ROLE_UNFIT', `The role "${serviceRole}" lacks its settings for ${missing.join(', ')}.`);
  }
  const searchPath = found.settings
    .find((setting) => setting.startsWith('search_path='))
    ?.slice('search_path='.length);
  if (searchPath !== schema && searchPath !== identifier(schema)) {
    fail(
      'SERVICE_ROLE_UNFIT',
      `The role "${serviceRole}" looks for its tables in ${String(searchPath)} instead of ${schema}.`,
    );
  }
}
