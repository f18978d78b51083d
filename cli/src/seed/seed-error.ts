/** Why data could not be filled in, in words that say what to do. Nothing was written when it is thrown. */
export class SeedError extends Error {
  override readonly name = 'SeedError';
}
