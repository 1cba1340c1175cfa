/** Gauges as the server tells them every few seconds. @module */
import { useEffect, useState } from "preact/hooks";
import { onEvent } from "./live.ts";

export type LiveValues = Readonly<Record<string, number>>;

let last: LiveValues = {};

/** By the name of the series; empty until the first have come. */
export function useLiveValues(): LiveValues {
  const [values, setValues] = useState(last);
  useEffect(() =>
    onEvent("metrics", (data) => {
      if (typeof data !== "object" || data === null) return;
      last = (data as { values?: LiveValues }).values ?? {};
      setValues(last);
    }), []);
  return values;
}
