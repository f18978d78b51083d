/** A GraphQL answer as it came over HTTP. */
export interface Answer {
  readonly status: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers of any shape
  readonly data: any;
  readonly errors?: ReadonlyArray<{
    readonly message: string;
    readonly path?: ReadonlyArray<string | number>;
    readonly extensions: Readonly<Record<string, unknown>> & {
      readonly code: string;
      readonly service?: string;
    };
  }>;
  readonly headers: Headers;
}

/** Asks the graph. */
export async function ask(
  endpoint: string,
  query: string,
  options: {
    readonly variables?: Readonly<Record<string, unknown>>;
    readonly token?: string | undefined;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Promise<Answer> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...options.headers,
    },
    body: JSON.stringify({ query, variables: options.variables }),
  });
  const body = (await response.json()) as Omit<Answer, 'status' | 'headers'>;
  return { ...body, status: response.status, headers: response.headers };
}

/** Signs in with a demo login and gives the access token. */
export async function signIn(
  endpoint: string,
  email: string,
  password = 'violet-harbor-42-lantern',
): Promise<string> {
  const { data } = await ask(
    endpoint,
    `mutation ($input: LoginInput!) { login(input: $input) { ... on SignedIn { accessToken } ... on Problem { message } } }`,
    { variables: { input: { email, password } } },
  );
  const token = (data?.login as { accessToken?: string } | null)?.accessToken;
  if (token === undefined) {
    throw new Error(`Signing in as ${email} failed: ${JSON.stringify(data)}`);
  }
  return token;
}
