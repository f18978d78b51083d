import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { SubgraphSource } from '../src/composition/compose-supergraph.js';

/** A foreign graph: a library whose books belong to the catalog, and which lends them out. */
export const catalogSdl = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@tag", "@shareable", "@authenticated", "@requiresScopes"])

"Something to read."
type Book @key(fields: "isbn") {
  "International number."
  isbn: ID!
  "What is on the cover."
  title: String
  "What the library paid."
  price: Int @authenticated @requiresScopes(scopes: [["accounting"]])
  "The old shelf mark."
  shelf: String @deprecated(reason: "Ask for the place.")
}

"How a book is bound."
enum Binding {
  "Stiff."
  HARDCOVER
  "Soft."
  PAPERBACK
}

"Where a page lies."
type Page @shareable {
  "Whether more follow."
  more: Boolean!
}

type Query {
  "One book."
  book("Its number." isbn: ID!): Book
  "Books, newest first."
  books("How many." first: Int, "How they are bound." binding: Binding): [Book!]
}
`;

export const lendingSdl = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])

"Something to read."
type Book @key(fields: "isbn") {
  "International number."
  isbn: ID!
  "Who has it now."
  loan: Loan
}

"A book that somebody took home."
type Loan @key(fields: "id") {
  "Number of the loan."
  id: ID!
  "Which book."
  book: Book
  "When it must come back."
  due: String!
}

"Where a page lies."
type Page @shareable {
  "Whether more follow."
  more: Boolean!
}

type Query {
  "Loans of the one who asks."
  loans: [Loan!]
  "Where the list of loans goes on."
  loansPage: Page
}
`;

/** A saved operation that asks lending for loans and catalog for their books. */
export const loansOperation = `query Loans {
  loans {
    id
    book {
      title
    }
  }
}
`;

const services = [
  { name: 'catalog', port: 5001, database: 'catalog_db', databasePort: 5101, calls: [] },
  { name: 'lending', port: 5002, database: 'lending_db', databasePort: 5102, calls: ['catalog'] },
];

/** The library's services as composition takes them; an SDL that is given replaces the library's. */
export function librarySubgraphs(
  sdls: { readonly catalog?: string; readonly lending?: string } = {},
): SubgraphSource[] {
  return [
    { name: 'catalog', url: 'http://localhost:5001/graphql', sdl: sdls.catalog ?? catalogSdl },
    { name: 'lending', url: 'http://localhost:5002/graphql', sdl: sdls.lending ?? lendingSdl },
  ];
}

/** Replaces a piece of a text, and fails when the piece is not there: a test must change what it means to. */
export function replacing(text: string, before: string, after: string): string {
  if (!text.includes(before)) throw new Error(`The fixture has no "${before}".`);
  return text.replace(before, after);
}

/** A project in a folder of its own below the temporary folder. */
export interface TemporaryProject {
  readonly root: string;
  read(file: string): Promise<string>;
  write(file: string, text: string): Promise<void>;
  edit(file: string, before: string, after: string): Promise<void>;
  remove(): Promise<void>;
}

/** Writes the library as a project: the list of services, the SDLs and one saved operation. */
export async function createLibraryProject(): Promise<TemporaryProject> {
  const root = await mkdtemp(join(tmpdir(), 'library-'));
  const project: TemporaryProject = {
    root,
    read: (file) => readFile(join(root, file), 'utf8'),
    async write(file, text) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), text);
    },
    async edit(file, before, after) {
      await project.write(file, replacing(await project.read(file), before, after));
    },
    remove: () => rm(root, { recursive: true }),
  };
  await project.write('subgraphs/services.json', JSON.stringify(services));
  await project.write('subgraphs/catalog/schema.graphql', catalogSdl);
  await project.write('subgraphs/lending/schema.graphql', lendingSdl);
  await project.write('schema/operations/Loans.graphql', loansOperation);
  return project;
}
