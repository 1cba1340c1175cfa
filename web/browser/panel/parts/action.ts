/** One thing that a person has done: that it runs, that it failed, what came of it. @module */
import { useRef, useState } from "preact/hooks";
import { CallError } from "../client/call.ts";
import { errorText } from "../ui/state.tsx";
import { toast } from "../ui/toast.tsx";

export interface Action {
  readonly busy: boolean;
  /** What went wrong last, for people. */
  readonly error: string | undefined;
  /** The field that it was about. */
  readonly field: string | undefined;
  /** Of the refusal. */
  readonly code: string | undefined;
  /** Whether it succeeded; a second one is not begun while the first runs. */
  run(work: () => Promise<unknown>, done?: string): Promise<boolean>;
}

interface Fault {
  readonly text: string;
  readonly field?: string | undefined;
  readonly code?: string;
}

export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault>();
  const isRunning = useRef(false);
  return {
    busy,
    error: fault?.text,
    field: fault?.field,
    code: fault?.code,
    async run(work, done) {
      if (isRunning.current) return false;
      isRunning.current = true;
      setBusy(true);
      setFault(undefined);
      try {
        await work();
        if (done !== undefined) toast(done, "good");
        return true;
      } catch (error) {
        setFault(faultOf(error));
        return false;
      } finally {
        isRunning.current = false;
        setBusy(false);
      }
    },
  };
}

/** As `run` of an action that has no place of its own for what went wrong. */
export async function attempt(
  work: () => Promise<unknown>,
  done?: string,
): Promise<boolean> {
  try {
    await work();
    if (done !== undefined) toast(done, "good");
    return true;
  } catch (error) {
    toast(errorText(error), "bad");
    return false;
  }
}

/** The server's words say more of one field than any of ours. */
function faultOf(error: unknown): Fault {
  if (!(error instanceof CallError)) {
    return { text: errorText(error) };
  }
  const { code, field, message } = error;
  return { text: field ? message : errorText(error), field, code };
}
