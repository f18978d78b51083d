import type { FetchRecord } from '../../execution/run/fetch-record.js';

/** What somebody who asked for the plan is told: every fetch as it went. */
export class DebugRecording {
  readonly fetches: FetchRecord[] = [];
}
