/** Which columns hold personal data, as `schema.prisma` says, and the search for what was to be erased. */
export { readTextColumns, UnannotatedColumnsError, type TextColumn } from './text-columns.js';
export { scanDatabase, type Finding, type ScannedDatabase } from './scan-database.js';
