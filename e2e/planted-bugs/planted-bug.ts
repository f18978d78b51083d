/** A change of one place in a service's source or migrations. */
export interface Replacement {
  /** Below the service's folder. */
  readonly file: string;
  /** What stands there, exactly once. */
  readonly right: string;
  readonly wrong: string;
}

/** A bug in a copy of a service, and the property test that has to find it. */
export interface PlantedBug {
  /** What must always hold. */
  readonly property: string;
  /** What is broken. */
  readonly name: string;
  readonly service: string;
  /** Below the service's folder. */
  readonly test: string;
  /** Part of the test's name. */
  readonly testName: string;
  /** Where code and database both guard something, both guards are taken away, so that the property is alone. */
  readonly replacements: ReadonlyArray<Replacement>;
  /** What the failure must say, so that it fails for this bug and not because something does not start. */
  readonly sign: RegExp;
}
