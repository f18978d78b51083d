/** How long anything may take to come about on a machine that is busy. */
const PATIENCE_MILLISECONDS = 60_000;

/**
 * Asks again and again until what comes satisfies.
 *
 * @param what is waited for, as the error says it
 * @returns what satisfied
 */
export async function eventually<Value>(
  what: string,
  look: () => Promise<Value>,
  satisfies: (value: Value) => boolean,
): Promise<Value> {
  const end = Date.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    const value = await look();
    if (satisfies(value)) {
      return value;
    }
    if (Date.now() > end) {
      throw new Error(`It did not come about that ${what}. Seen last: ${JSON.stringify(value)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
