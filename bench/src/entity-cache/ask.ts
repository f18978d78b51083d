/**
 * Asks a graph once.
 *
 * @throws when there are errors or no data
 */
export async function ask<Data>(
  url: string,
  query: string,
  variables: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>>,
): Promise<Data> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as {
    readonly data?: Data | null;
    readonly errors?: unknown;
  };
  if (errors !== undefined || data === undefined || data === null) {
    throw new Error(`${url} answered ${response.status}: ${JSON.stringify(errors).slice(0, 500)}`);
  }
  return data;
}

/** Signs in one of the demo logins by the router. @returns the access token */
export async function signIn(url: string, email: string): Promise<string> {
  const { login } = await ask<{ readonly login: { readonly accessToken?: string } }>(
    url,
    'mutation ($input: LoginInput!) { login(input: $input) { ... on SignedIn { accessToken } } }',
    { input: { email, password: 'violet-harbor-42-lantern' } },
    {},
  );
  if (login.accessToken === undefined) {
    throw new Error(`${email} could not sign in.`);
  }
  return login.accessToken;
}
