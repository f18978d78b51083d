export { buildDeferred } from './build-deferred.js';
export { primaryKeyOf, shapeDifferences, shapeDigest } from './compare-shapes.js';
export { makeTargetSchema, requireSameShapes } from './make-target-schema.js';
export { schemaStatements } from './statements.js';
