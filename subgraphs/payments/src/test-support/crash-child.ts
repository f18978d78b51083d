import { armCrashPoints } from '@supergraph/platform/events';
import { doRound } from '../worker/round.js';
import { openReplica, type ReplicaSurroundings } from './processing.js';

/*
 * A replica's worker as a process of its own, which dies where it is told to: its argument is what it works with, and
 * the crash point.
 */

const [surroundings = '', point = ''] = process.argv.slice(2);
armCrashPoints(point);
const replica = openReplica(JSON.parse(surroundings) as ReplicaSurroundings, { leaseMilliseconds: 60_000 });
await doRound(replica.context);
await replica.stop();
