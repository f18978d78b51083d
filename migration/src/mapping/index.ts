export {
  mappingSchema,
  type Crossing,
  type MappedService,
  type MappedTable,
  type Mapping,
  type Replacement,
  type TablePlace,
} from './mapping.js';
export { findTables } from './check-mapping.js';
export { badMapping, ownerOf, parseMapping, readMapping, serviceOf } from './read-mapping.js';
