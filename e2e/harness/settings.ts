import { ask } from './graphql.js';

/**
 * Changes one of admin's settings through the router.
 *
 * @param token of an ADMIN
 * @throws when the answer is no setting
 */
export async function changeSetting(
  endpoint: string,
  token: string,
  key: string,
  value: unknown,
): Promise<void> {
  const listed = await ask(endpoint, '{ settings { key version } }', { token });
  const settings = listed.data?.settings as ReadonlyArray<{ readonly key: string; readonly version: number }>;
  const expectedVersion = settings.find((setting) => setting.key === key)?.version;
  const { data, errors } = await ask(
    endpoint,
    'mutation ($input: UpdateSettingInput!) { updateSetting(input: $input) { __typename } }',
    { token, variables: { input: { key, value, expectedVersion } } },
  );
  if (data?.updateSetting.__typename !== 'Setting') {
    throw new Error(`${key} could not be set: ${JSON.stringify({ data, errors })}`);
  }
}
