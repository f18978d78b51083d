import { useEffect, useState } from 'react';

const SLOW_AFTER_MILLISECONDS = 4_000;

/** True once `waiting` has been true for some seconds: time to say that something is slow. */
export function useSlow(waiting: boolean): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    setSlow(false);
    if (!waiting) return undefined;
    const timer = setTimeout(() => setSlow(true), SLOW_AFTER_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [waiting]);
  return slow;
}
