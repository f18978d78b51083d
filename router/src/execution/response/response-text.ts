import type { FormattedExecutionResult } from 'graphql';

/**
 * Data of a response that is written already. It passes through Apollo Server in the place of an object, up to
 * {@link stringifyResult}.
 */
export class ResponseText {
  #alone: string | undefined;

  constructor(private readonly text: string) {}

  /** The whole response when there is nothing but data; put together once for all requests that share it. */
  get alone(): string {
    return (this.#alone ??= `{"data":${this.text}}\n`);
  }

  /** The JSON of the data. */
  toString(): string {
    return this.text;
  }

  /** The data themselves, for whoever looks into a response that is not sent. */
  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/** Writes a response as JSON, errors first; data that are written already are put in as they are. */
export function stringifyResult(result: FormattedExecutionResult): string {
  const { errors, extensions } = result;
  const data: unknown = result.data;
  if (!(data instanceof ResponseText)) {
    return `${JSON.stringify(result)}\n`;
  }
  if (errors === undefined && extensions === undefined) {
    return data.alone;
  }
  const before = errors === undefined ? '' : `"errors":${JSON.stringify(errors)},`;
  const after = extensions === undefined ? '' : `,"extensions":${JSON.stringify(extensions)}`;
  return `{${before}"data":${data.toString()}${after}}\n`;
}
