import type { IncomingMessage } from 'node:http';

/**
 * Reads a request's body exactly as it came, since a signature is over its bytes.
 *
 * @param limit in bytes
 * @returns undefined when it is larger
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest is read and let go: a sender that is still writing would not see the answer.
    if (size <= limit) {
      chunks.push(chunk);
    } else {
      chunks.length = 0;
    }
  }
  return size > limit ? undefined : Buffer.concat(chunks);
}
