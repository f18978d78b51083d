/** The messages in an answer with `errors`, given as JSON text; the text itself when it is something else. */
export function messagesOf(text: string): string {
  try {
    const { errors } = JSON.parse(text) as { errors?: ReadonlyArray<{ message?: unknown }> };
    const messages = (errors ?? []).flatMap(({ message }) => (typeof message === 'string' ? message : []));
    if (messages.length > 0) return messages.join(' ');
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return text;
}
