import { useEffect, useState } from 'react';

/** The time, renewed every few seconds. */
export function useNow(everyMilliseconds = 5_000): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), everyMilliseconds);
    return () => clearInterval(timer);
  }, [everyMilliseconds]);
  return now;
}
