import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { GraphQLError, Kind, parse, Source, validate } from 'graphql';

/** One file of `schema/operations/`. */
export interface OperationFile {
  /** `Login.graphql` */
  readonly fileName: string;
  readonly text: string;
}

/** An operation that clients send, as it was saved. */
export interface SavedOperation {
  /** The operation's name, which is the file's too. */
  readonly name: string;
  readonly fileName: string;
  readonly document: DocumentNode;
}

/** Something about a saved operation that does not hold. */
export interface OperationProblem {
  readonly fileName: string;
  readonly message: string;
}

export interface ParsedOperations {
  readonly operations: ReadonlyArray<SavedOperation>;
  readonly problems: ReadonlyArray<OperationProblem>;
}

/**
 * Reads saved operations: one named operation a file, its name the file's, fragments within the file and
 * named uniquely over all files (their types are generated into one module).
 */
export function parseSavedOperations(files: ReadonlyArray<OperationFile>): ParsedOperations {
  const operations: SavedOperation[] = [];
  const problems: OperationProblem[] = [];
  const fragmentFiles = new Map<string, string>();
  for (const { fileName, text } of files) {
    const report = (message: string): void => void problems.push({ fileName, message });
    const document = parseDocument(fileName, text, report);
    if (!document) continue;
    for (const definition of document.definitions) {
      if (definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
      const name = definition.name.value;
      const other = fragmentFiles.get(name);
      if (other !== undefined)
        report(`the fragment ${name} is in ${other} too: give one of them another name`);
      fragmentFiles.set(name, fileName);
    }
    const name = operationName(document, fileName, report);
    if (name !== undefined) operations.push({ name, fileName, document });
  }
  return { operations, problems };
}

/** What keeps a saved operation from running on a schema, deprecations aside. */
export function validateOperation(
  schema: GraphQLSchema,
  operation: SavedOperation,
): ReadonlyArray<OperationProblem> {
  return validate(schema, operation.document).map(({ message, locations }) => ({
    fileName: operation.fileName,
    message: locations?.[0] ? `${message} (line ${locations[0].line})` : message,
  }));
}

function parseDocument(
  fileName: string,
  text: string,
  report: (message: string) => void,
): DocumentNode | undefined {
  try {
    return parse(new Source(text, fileName));
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const line = error.locations?.[0]?.line;
    report(line === undefined ? error.message : `${error.message} (line ${line})`);
    return undefined;
  }
}

function operationName(
  document: DocumentNode,
  fileName: string,
  report: (message: string) => void,
): string | undefined {
  const operations = document.definitions.filter(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const [operation] = operations;
  if (!operation || operations.length > 1) {
    report(`it holds ${operations.length} operations: save exactly one in each file`);
    return undefined;
  }
  const expected = fileName.replace(/\.graphql$/, '');
  if (operation.name?.value === expected) return expected;
  report(`its operation is called ${operation.name?.value ?? 'nothing'}: call it ${expected}, as the file`);
  return undefined;
}
