/** How much of its full size a benchmark runs at. */
export interface Scale {
  /** 1 for all. */
  readonly scale: number;
  /** The option as it was given, for the command that makes the results again. */
  readonly option: ReadonlyArray<string>;
}

/**
 * Reads `--scale=0.1` from a benchmark's options.
 *
 * @throws when it is not above 0 and up to 10
 */
export function readScale(args: ReadonlyArray<string>): Scale {
  const option = args.filter((arg) => arg.startsWith('--scale='));
  const scale = Number(option[0]?.slice('--scale='.length) ?? 1);
  if (!(scale > 0 && scale <= 10)) {
    throw new Error('--scale must be a number above 0 and up to 10, such as --scale=0.1.');
  }
  return { scale, option };
}
