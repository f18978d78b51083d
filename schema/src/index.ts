/** Composition, its checks and the commands behind them. What the router needs has lighter entries of its own. */
export type { Acknowledgement } from './checks/acknowledgements.js';
export type { NonNullCrossingField } from './checks/crossing-fields.js';
export { findNonNullCrossingFields } from './checks/crossing-fields.js';
export type { Finding, FindingCode } from './checks/finding.js';
export type { SchemaChange } from './checks/schema-changes.js';
export { compareSchemas } from './checks/schema-changes.js';
export type { Proposal } from './commands/check-proposal.js';
export { checkProposal } from './commands/check-proposal.js';
export type { ManifestOutcome } from './commands/build-manifest.js';
export { buildManifest } from './commands/build-manifest.js';
export type { CheckResult, JudgedChange } from './commands/check-result.js';
export { checkSchema } from './commands/check-schema.js';
export { printCheckResult, printCompositionOutcome, printPublishOutcome } from './commands/print-report.js';
export { MissingFileError, readSubgraphs } from './commands/project-files.js';
export type { PublishOutcome } from './commands/publish-schema.js';
export { publishSchema } from './commands/publish-schema.js';
export type { CompositionOutcome, WrittenFile } from './commands/write-composition.js';
export { writeComposition } from './commands/write-composition.js';
export type { ClientSchemaResult } from './composition/client-schema.js';
export { buildClientSchema, internalTag } from './composition/client-schema.js';
export type {
  CompositionMessage,
  CompositionResult,
  SdlPosition,
  SubgraphSource,
} from './composition/compose-supergraph.js';
export { composeSupergraph } from './composition/compose-supergraph.js';
export { extractSubgraphs, extractSubgraphSdl } from './composition/extract-subgraphs.js';
export { supergraphWithoutUnsupportedFeatures } from './gateway-supergraph.js';
export type { PlanSummaries, PlanSummary } from './operations/plan-summary.js';
export { summarizePlans } from './operations/plan-summary.js';
export type { SavedOperation } from './operations/saved-operations.js';
export { parseSavedOperations } from './operations/saved-operations.js';
export type { Service } from './services.js';
export { readServices, routingUrl, ServicesFileError } from './services.js';
export type { ChangeUsage } from './usage/change-usage.js';
export { describeUsage, usageOfChange } from './usage/change-usage.js';
export type { CoordinateUse, InstanceUsage, UsageReport } from './usage/usage-report.js';
export { mergeUsageReports, parseUsageReport, UsageReportError } from './usage/usage-report.js';
