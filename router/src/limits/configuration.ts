import { wholeNumberVariable } from '@supergraph/platform/configuration';
import type { z } from 'zod';
import type { OperationLimits } from './limits.js';

/** Far above what pages ask for, and far below what keeps a process from everything else. */
const DEFAULTS: OperationLimits = {
  depth: 50,
  aliases: 200,
  rootFields: 50,
  fields: 10_000,
  tokens: 15_000,
  directives: 200,
  variableCharacters: 200_000,
  listLength: 1_000,
  operationNameLength: 256,
};

/** The variables that bound an operation. */
export const limitsVariables = () => ({
  ROUTER_MAXIMUM_DEPTH: limit(DEFAULTS.depth, 500),
  ROUTER_MAXIMUM_ALIASES: limit(DEFAULTS.aliases),
  ROUTER_MAXIMUM_ROOT_FIELDS: limit(DEFAULTS.rootFields),
  ROUTER_MAXIMUM_FIELDS: limit(DEFAULTS.fields),
  ROUTER_MAXIMUM_TOKENS: limit(DEFAULTS.tokens),
  ROUTER_MAXIMUM_DIRECTIVES: limit(DEFAULTS.directives),
  ROUTER_MAXIMUM_VARIABLE_CHARACTERS: limit(DEFAULTS.variableCharacters),
  ROUTER_MAXIMUM_LIST_LENGTH: limit(DEFAULTS.listLength),
  ROUTER_MAXIMUM_OPERATION_NAME_LENGTH: limit(DEFAULTS.operationNameLength),
});

type LimitValues = { readonly [Name in keyof ReturnType<typeof limitsVariables>]: number };

/** Gives the parsed {@link limitsVariables} their names in code. */
export function readLimitsSettings(values: LimitValues): OperationLimits {
  return {
    depth: values.ROUTER_MAXIMUM_DEPTH,
    aliases: values.ROUTER_MAXIMUM_ALIASES,
    rootFields: values.ROUTER_MAXIMUM_ROOT_FIELDS,
    fields: values.ROUTER_MAXIMUM_FIELDS,
    tokens: values.ROUTER_MAXIMUM_TOKENS,
    directives: values.ROUTER_MAXIMUM_DIRECTIVES,
    variableCharacters: values.ROUTER_MAXIMUM_VARIABLE_CHARACTERS,
    listLength: values.ROUTER_MAXIMUM_LIST_LENGTH,
    operationNameLength: values.ROUTER_MAXIMUM_OPERATION_NAME_LENGTH,
  };
}

function limit(value: number, maximum = 10_000_000): z.ZodDefault<z.ZodType<number>> {
  return wholeNumberVariable({ minimum: 1, maximum }).default(value);
}
