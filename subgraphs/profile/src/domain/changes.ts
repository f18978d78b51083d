/** An object without the properties that `Without` names as absent. */
type Present<Given, Without> = { [Key in keyof Given]?: Exclude<Given[Key], Without> };

/** Drops what is undefined: what is absent from a change stays as it is, what is null is cleared. */
export function givenFields<Given extends object>(fields: Given): Present<Given, undefined> {
  return pick(fields, (value) => value !== undefined);
}

/** Drops what is undefined or null: for fields that cannot be cleared, null says no more than absence. */
export function chosenFields<Given extends object>(fields: Given): Present<Given, undefined | null> {
  return pick(fields, (value) => value !== undefined && value !== null);
}

/** Tells whether a change changes anything. */
export function isEmptyChange(fields: object): boolean {
  return Object.keys(fields).length === 0;
}

function pick(fields: object, keep: (value: unknown) => boolean): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => keep(value)));
}
