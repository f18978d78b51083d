import type { FormattedExecutionResult } from 'graphql';

/**
 * Data of a response that is written already. It passes through Apollo Server in the place of an object, up to
 * {@link stringifyResult}.
 */
export class ResponseText {
  constructor(private readonly text: string) {}

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
  const before = errors === undefined ? '' : `"errors":${JSON.stringify(errors)},`;
  const after = extensions === undefined ? '' : `,"extensions":${JSON.stringify(extensions)}`;
  return `{${before}"data":${data.toString()}${after}}\n`;
}
