import { MigrationError } from '../errors/index.js';

/**
 * Where a service stands.
 * - `preparing`: the target's tables, publication and slot are being made
 * - `copying`: the initial copy runs
 * - `indexing`: what was left for after the copy is built
 * - `streaming`: the target follows the source
 * - `moving`: a cut-over has begun and not ended
 * - `moved`: the target takes the writes and the source follows it
 * - `returning`: a rollback has begun and not ended
 * - `finishing`: the way back is being closed
 * - `finished`
 */
export const PHASES = [
  'preparing',
  'copying',
  'indexing',
  'streaming',
  'moving',
  'moved',
  'returning',
  'finishing',
  'finished',
] as const;
export type Phase = (typeof PHASES)[number];

/** From which phases a command may begin or go on; `undefined` stands for a service that was never started. */
const ALLOWED = {
  start: [undefined, 'preparing', 'copying', 'indexing', 'streaming'],
  verify: ['streaming', 'moved'],
  cutover: ['streaming', 'moving', 'moved'],
  rollback: ['moved', 'returning', 'streaming'],
  finish: ['moved', 'finishing', 'finished'],
  guard: ['streaming', 'moving', 'moved', 'returning'],
} as const satisfies Readonly<Record<string, ReadonlyArray<Phase | undefined>>>;
export type StatefulCommand = keyof typeof ALLOWED;

/** What to do instead, by the phase in which a command was refused. */
const ADVICE: Readonly<Record<Phase | 'new', string>> = {
  new: 'Run `start` first.',
  preparing: 'Run `start` again: it goes on where it was ended.',
  copying: 'Run `start` again: it goes on where it was ended.',
  indexing: 'Run `start` again: it goes on where it was ended.',
  streaming: 'Run `verify`, then `cutover`.',
  moving: 'A cut-over was ended in the middle: run `cutover` again, it goes on or goes back.',
  moved: 'It has moved: `rollback` takes it back, `finish` makes it final.',
  returning: 'A rollback was ended in the middle: run `rollback` again.',
  finishing: 'Run `finish` again: it goes on where it was ended.',
  finished: 'Its move is final; to move it again, begin from its own database.',
};

/** @throws {MigrationError} `WRONG_STATE` when the command makes no sense now */
export function requirePhase(command: StatefulCommand, service: string, phase: Phase | undefined): void {
  const allowed: ReadonlyArray<Phase | undefined> = ALLOWED[command];
  if (allowed.includes(phase)) return;
  const now = phase === undefined ? 'has not been started' : `is ${phase}`;
  throw new MigrationError(
    'WRONG_STATE',
    `\`${command}\` is not possible now: ${service} ${now}. ${ADVICE[phase ?? 'new']}`,
  );
}
