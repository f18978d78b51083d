/** `adopt`: tables move into a schema a service within their database, and old code finds them under their old names. */
export { adopt, type AdoptOptions, type AdoptResult } from './adopt.js';
export { compatibilityViewStatements, type CompatibilityView } from './compatibility-view.js';
export { undoAdopt, type UndoResult } from './undo-adopt.js';
