/** Says what is being measured now: a measurement takes long, and its reader should know that it goes on. */
export function tell(step: string): void {
  process.stderr.write(`  ${step} …\n`);
}
