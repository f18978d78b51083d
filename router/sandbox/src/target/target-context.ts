import { createContext, useContext } from 'react';
import type { Target } from './target.js';

interface TargetState {
  readonly target: Target;
  readonly choose: (target: Target) => void;
}

export const TargetContext = createContext<TargetState | undefined>(undefined);

/** Which target is on, and how to choose another. @throws Error outside the workbench. */
export function useTarget(): TargetState {
  const state = useContext(TargetContext);
  if (state === undefined) throw new Error('No target here: the component stands outside the workbench.');
  return state;
}
