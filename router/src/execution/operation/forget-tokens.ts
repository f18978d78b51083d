import { visit, type DocumentNode } from 'graphql';

/**
 * Lets go of the tokens that a document was parsed from: they take as much memory as the document itself, and
 * errors need only where a node begins.
 */
export function forgetTokens(document: DocumentNode): void {
  visit(document, {
    enter({ loc }) {
      if (loc !== undefined) {
        // Not deleted: an object that has lost a property takes more memory than one that has it.
        Object.assign(loc, { startToken: undefined, endToken: undefined });
      }
    },
  });
}
