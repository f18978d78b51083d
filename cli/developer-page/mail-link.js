/* global document, history, location, URLSearchParams */

/**
 * Takes the token out of the address, so that neither the history nor a picture of the screen keeps it. It stands
 * behind `#`, which the browser sends to nobody.
 *
 * @returns the token, empty when there is none
 */
export function takeToken() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
  history.replaceState(null, '', location.pathname);
  return token;
}

/**
 * Asks the graph.
 *
 * @returns the answer's data
 * @throws with words to show when there is no data
 */
export async function askGraph(query, input) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-developer-page': '1' },
    body: JSON.stringify({ query, variables: { input } }),
  });
  const { data, errors, message } = await response.json();
  if (data === undefined || data === null || Object.values(data)[0] === null) {
    throw new Error(errors?.[0]?.message ?? message ?? `The graph answered with status ${response.status}.`);
  }
  return data;
}

/** Shows how it went. */
export function say(text, isProblem = false) {
  const result = document.getElementById('result');
  result.textContent = text;
  result.className = isProblem ? 'problem' : '';
}
