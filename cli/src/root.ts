import { fileURLToPath } from 'node:url';

/** The repository's folder; this file lies two levels below it both as source and compiled. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
