import type { ErrorFormatter } from '../failures/format-error.js';

/**
 * Leaves out of messages what names parts of the schema that the client did not: `Did you mean …?`. Apollo Server
 * does so for validation only, and enums suggest their values when a variable is read, too.
 */
export function hideSuggestions(formatError: ErrorFormatter): ErrorFormatter {
  return (formatted, error) => {
    const shown = formatError(formatted, error);
    return { ...shown, message: shown.message.replace(/ ?Did you mean [^]*\?$/, '') };
  };
}
