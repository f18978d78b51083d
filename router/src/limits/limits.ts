/** What one operation may be at most, before anything is validated, planned or fetched. */
export interface OperationLimits {
  /** Levels of fields, and of values within variables and arguments. */
  readonly depth: number;
  /** Aliases, those in a fragment counted wherever it is spread. */
  readonly aliases: number;
  /** Fields of the root type. */
  readonly rootFields: number;
  /** Fields at all, those in a fragment counted wherever it is spread. */
  readonly fields: number;
  /** Lexical tokens of the text. */
  readonly tokens: number;
  /** Directives, those in a fragment counted wherever it is spread. */
  readonly directives: number;
  /** Characters of all names and texts within the variables; every other value counts as 8. */
  readonly variableCharacters: number;
  /** Values in one list within the variables. */
  readonly listLength: number;
  /** Characters of `operationName`. */
  readonly operationNameLength: number;
}
