export {
  connect,
  disconnect,
  inTransaction,
  libpqConnectionString,
  reasonOf,
  withoutPassword,
  type ConnectOptions,
} from './connect.js';
export {
  readMoveSettings,
  requireTwoDatabases,
  type Endpoints,
  type GateAddresses,
  type MoveSettings,
} from './settings.js';
export { explainBreak, type NamedSession } from './explain-break.js';
