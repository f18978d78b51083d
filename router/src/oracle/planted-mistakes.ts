/** A mistake in a copy of the executor's source, which the oracle has to find. */
export interface PlantedMistake {
  readonly name: string;
  /** Below `execution/`. */
  readonly file: string;
  /** What stands there, exactly once. */
  readonly right: string;
  readonly wrong: string;
  /** Part of the name of a supergraph that shows it. */
  readonly supergraph: string;
}

/** Mistakes of the kinds that executors are known for. */
export const PLANTED_MISTAKES: ReadonlyArray<PlantedMistake> = [
  {
    name: 'the second place of one entity stays empty',
    file: 'data/representations.ts',
    right: 'targets.push(entity);',
    wrong: '',
    supergraph: '@override',
  },
  {
    name: '@skip and @include are ignored in the response',
    file: 'response/collect-fields.ts',
    right: 'if (!isIncluded(selection, source.conditions)) {\n        continue;',
    wrong: 'if (selection === undefined) {\n        continue;',
    supergraph: 'keys',
  },
  {
    name: 'conditions on interfaces and unions are never fulfilled',
    file: 'data/object-type.ts',
    right: 'isAbstractType(wanted) &&',
    wrong: '!isAbstractType(wanted) &&',
    supergraph: 'members differ',
  },
  {
    name: 'null stays where it is not allowed',
    file: 'response/value-writers.ts',
    right: 'return write(writing, value, key);',
    wrong: "return write(writing, value, key) || (writing.text += 'null') !== '';",
    supergraph: 'keys',
  },
  {
    name: 'the name of the interface is not sent to who takes it for an object',
    file: 'data/rewrites.ts',
    right: 'writeOwn(value, step, rewrite.setValueTo);',
    wrong: '',
    supergraph: '@interfaceObject',
  },
  {
    name: 'conditions of the plan are turned round',
    file: 'run/run-plan.ts',
    right: '=== true ? node.whenTrue',
    wrong: '!== true ? node.whenTrue',
    supergraph: '@override',
  },
  {
    name: 'an error stands at the neighbour of its entity',
    file: 'run/deliver-entities.ts',
    right: 'byIndex.get(index) ?? NO_ERRORS',
    wrong: 'byIndex.get(index + 1) ?? NO_ERRORS',
    supergraph: 'keys',
  },
  {
    name: 'paths count elements from one',
    file: 'response/value-writers.ts',
    right: 'writeElement(writing, value[index], index)',
    wrong: 'writeElement(writing, value[index], index + 1)',
    supergraph: 'the committed one',
  },
  {
    name: 'keys are not renamed back when their value is falsy',
    file: 'data/rewrites.ts',
    right: 'if (Object.hasOwn(object, from)) {',
    wrong: 'if (object[from]) {',
    supergraph: 'one subgraph only',
  },
  {
    name: 'fetches that need one another are sent at once',
    file: 'run/run-plan.ts',
    right: 'await run(execution, each, path, targets);\n      }',
    wrong: 'void run(execution, each, path, targets);\n      }',
    supergraph: 'keys',
  },
  {
    name: 'what cannot be asked for since its key failed is null without a word',
    file: 'run/run-fetch.ts',
    right: 'markBlocked(execution, operation, blocked);',
    wrong: 'void markBlocked;',
    supergraph: 'keys',
  },
  {
    name: 'defaults of variables are forgotten',
    file: 'executor.ts',
    right: 'coercedVariables: prepared.variablesForPlan(coerced)',
    wrong: 'coercedVariables: prepared.variablesForPlan(variables)',
    supergraph: 'keys',
  },
  {
    name: 'an entity that is not known counts as failed',
    file: 'run/deliver-entities.ts',
    right: 'markUnknown(execution, operation, targets);',
    wrong:
      "markAll(execution, operation, targets, [{ error: { message: 'unknown', extensions: { code: 'INTERNAL_SERVER_ERROR' } }, below: [] }]);",
    supergraph: '@override',
  },
];
