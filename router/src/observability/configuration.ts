import { secretVariable } from '@supergraph/platform/configuration';
import { z } from 'zod';

/** What the router shows of itself, and to whom. */
export interface ObservabilitySettings {
  readonly debug: DebugSettings;
}

/** Who is shown the plan of an operation; any one of them is enough, and nobody when there is none. */
export interface DebugSettings {
  /** Everybody, on a developer's machine. */
  readonly everybody: boolean;
  /** Whose token has this scope. */
  readonly scope: string | undefined;
  /** Whose token has this role. */
  readonly role: string | undefined;
  /** Who sends this secret. */
  readonly secret: string | undefined;
}

/** Variables of this part of the router. */
export const observabilityVariables = () => ({
  ROUTER_DEBUG_SCOPE: z.string().optional(),
  ROUTER_DEBUG_ROLE: z.string().optional(),
  ROUTER_DEBUG_SECRET: secretVariable().optional(),
});

type Values = z.infer<z.ZodObject<ReturnType<typeof observabilityVariables>>>;

/** Gives the parsed variables their names in code. */
export function readObservabilitySettings(values: Values, embedded: boolean): ObservabilitySettings {
  return {
    debug: {
      everybody: embedded,
      scope: values.ROUTER_DEBUG_SCOPE,
      role: values.ROUTER_DEBUG_ROLE,
      secret: values.ROUTER_DEBUG_SECRET,
    },
  };
}
