/** The steps of the demonstration, in their order, as a spectator reads them. */
export const STEPS = [
  {
    id: 'traffic',
    title: 'People use the shop',
    text: 'They register, pay, change their profiles and read. All four services keep their tables in one shared database.',
  },
  {
    id: 'copy',
    title: 'Payments is copied',
    text: 'PostgreSQL copies the tables of payments into a database of their own, and every new change follows.',
  },
  {
    id: 'compare',
    title: 'The copy is compared',
    text: 'Every row and column of both sides as of one moment, while people go on paying.',
  },
  {
    id: 'move',
    title: 'Payments moves',
    text: 'New payments wait for a moment, then go to the new database. Nobody sees an error.',
  },
  {
    id: 'own',
    title: 'It lives on its own',
    text: 'The shared database now follows the new one, so that the way back stays open.',
  },
  {
    id: 'kill',
    title: 'Its database is killed',
    text: 'As by `kill -9`. Only what payments answers may fail; the server is started again by itself.',
  },
  {
    id: 'recover',
    title: 'It comes back',
    text: 'Payments answers again, and the shared database follows it again.',
  },
  {
    id: 'rollback',
    title: 'Payments moves back',
    text: 'To the shared database, with everything that was written in the meantime.',
  },
  {
    id: 'verify',
    title: 'Everything is checked',
    text: 'Both sides are compared row by row, and each write that was acknowledged is looked for in the tables.',
  },
] as const;

export type StepId = (typeof STEPS)[number]['id'];

/** One step as it stands. */
export interface StepState {
  readonly id: StepId;
  readonly title: string;
  readonly text: string;
  state: 'waiting' | 'running' | 'done' | 'failed';
  seconds: number | undefined;
  /** Requests that failed while it ran. */
  failures: number;
  /** What the last lines of its command say. */
  readonly lines: string[];
}
