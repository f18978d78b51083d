type Headers = Readonly<Record<string, unknown>>;

/** The bearer token in a tab's headers, given as JSON text; undefined when there is none or the text is no JSON. */
export function readBearer(headersText: string): string | undefined {
  const headers = parseHeaders(headersText);
  const value = Object.entries(headers ?? {}).find(([name]) => isAuthorization(name))?.[1];
  return typeof value === 'string' ? /^bearer\s+(\S+)$/i.exec(value.trim())?.[1] : undefined;
}

/** The headers with `token` as their only authorization. @throws Error when the text is no JSON object. */
export function withBearer(headersText: string, token: string): string {
  return format({ ...otherHeaders(headersText), Authorization: `Bearer ${token}` });
}

/** The headers without authorization; empty when nothing is left. @throws Error when the text is no JSON object. */
export function withoutBearer(headersText: string): string {
  const others = otherHeaders(headersText);
  return Object.keys(others).length === 0 ? '' : format(others);
}

function otherHeaders(headersText: string): Headers {
  const headers = parseHeaders(headersText);
  if (headers === undefined) {
    throw new Error(
      'The headers of this tab are not a plain JSON object. Correct or empty them, then try again.',
    );
  }
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isAuthorization(name)));
}

function parseHeaders(text: string): Headers | undefined {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Headers)
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isAuthorization(name: string): boolean {
  return name.toLowerCase() === 'authorization';
}

function format(headers: Headers): string {
  return JSON.stringify(headers, null, 2);
}
